import GRDB
package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Sums that come from elsewhere.
extension SQLiteHistory {
    package func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID)
        async throws(HealthStorageError) -> Int
    {
        try checkCancellation(.insert)
        // An hour that goes on will be summed up from its rows.
        let complete = RollUpWidth.hour.start(of: timekeeper.now.wall.milliseconds - Self.patience)
        let sums = sums.filter { $0.start.milliseconds + width.milliseconds <= complete || width == .day }
        guard let whole = sums.extent(own: width, in: .hour) else { return 0 }
        let extent = whole.lowerBound..<max(min(whole.upperBound, complete), whole.lowerBound)
        // What lies before them is summed up first, since all before the last sum counts as summed up.
        _ = try await sumUpComplete(at: Date(milliseconds: extent.upperBound + Self.patience))
        return try await write(.insert) { db in
            let model = modelID.rawValue
            let around = sums.extent(own: width, in: width.longer ?? width) ?? extent
            let longer = try width.longer.map { try Self.sums($0, of: model, in: around, db) } ?? []
            let missing = RollUpAdmission.missing(
                sums, of: width, present: try Self.sums(width, of: model, in: around, db), longer: longer)
            try Self.store(missing, width, of: model, db)
            try Self.followUp(missing, width, of: model, db)
            try Self.setRolledUntil(max(try Self.rolledUntil(db) ?? 0, extent.upperBound), db)
            return missing.count
        }
    }

    /// Brings the longer stretches that sums lie in up to date.
    private static func followUp(_ sums: [RollUp], _ width: RollUpWidth, of model: String, _ db: Database) throws {
        guard let longer = width.longer, let range = sums.extent(own: width, in: longer) else { return }
        let touched = Set(sums.map { longer.start(of: $0.start.milliseconds) })
        let known = Dictionary(
            uniqueKeysWithValues: try Self.sums(longer, of: model, in: range, db).map {
                ($0.start.milliseconds, $0.snapshots)
            })
        let anew = try Self.sums(width, of: model, in: range, db).merged(into: longer.milliseconds).filter {
            touched.contains($0.start.milliseconds) && $0.snapshots >= known[$0.start.milliseconds] ?? 0
        }
        try store(anew, longer, of: model, db)
        try followUp(anew, longer, of: model, db)
    }
}
