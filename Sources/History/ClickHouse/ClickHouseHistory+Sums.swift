package import Health

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Sums that come from elsewhere.
extension ClickHouseHistory {
    /// The views add them up to hours and days.
    package func append(_ sums: [RollUp], width: RollUpWidth, of modelID: ModelID)
        async throws(HealthStorageError) -> Int
    {
        guard let around = sums.extent(own: width, in: width.longer ?? width) else { return 0 }
        let range = TimeRange(milliseconds: around)
        let present = try await storedSums(of: modelID, in: range, width: width)
        var longer: [RollUp] = []
        if let next = width.longer { longer = try await storedSums(of: modelID, in: range, width: next) }
        let missing = RollUpAdmission.missing(sums, of: width, present: present, longer: longer)

        for first in stride(from: 0, to: missing.count, by: Self.sumsPerInsert) {
            let batch = Array(missing[first..<min(first + Self.sumsPerInsert, missing.count)])
            try await insert(
                StoredSumBytes.rows(batch, of: modelID, client.configuration), into: width.table,
                StoredSumBytes.columns, token: Token.of(batch, of: modelID, width, by: client.configuration.instance))
        }
        return missing.count
    }

    /// At most so many days and months are touched by one insert: ClickHouse allows a hundred parts.
    private static var sumsPerInsert: Int { 1_440 }
}
