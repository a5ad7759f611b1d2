import Health

@testable import History

extension ClickHouseHistory {
    /// Of all its tables.
    func bytesOnDisk() async throws -> Int {
        var reader = RowBinaryReader(
            try await run(
                .query,
                "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = {name:String} FORMAT RowBinary",
                [("name", client.configuration.database)]))
        return Int(clamping: try reader.integer(UInt64.self))
    }
}
