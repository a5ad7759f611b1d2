#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many files and connections this process may have open at once.
struct DescriptorLimit: Sendable, Hashable {
    /// What holds now.
    var soft: Int
    /// What it may be raised to.
    var hard: Int

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif

    /// `nil` where the system does not tell.
    static var current: DescriptorLimit? {
        var limits = rlimit()
        guard getrlimit(resource, &limits) == 0 else { return nil }
        return DescriptorLimit(soft: Int(clamping: limits.rlim_cur), hard: Int(clamping: limits.rlim_max))
    }

    /// Raises what holds to what is allowed. A shell's usual 1,024 is meant for programs that use `select`.
    ///
    /// - Returns: what holds after it.
    static func raise() -> DescriptorLimit? {
        guard let before = current else { return nil }
        #if canImport(Darwin)
        // More is refused, though no limit is said to be there.
        let wanted = min(before.hard, Int(OPEN_MAX))
        #else
        let wanted = before.hard
        #endif
        guard wanted > before.soft else { return before }
        var limits = rlimit()
        limits.rlim_cur = rlim_t(wanted)
        limits.rlim_max = rlim_t(before.hard)
        guard setrlimit(resource, &limits) == 0 else { return before }
        return current
    }

    /// How many are open; `nil` where that cannot be looked up, which itself takes a descriptor.
    static var open: Int? {
        guard let folder = opendir("/dev/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            // `.` and `..` are no descriptors.
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // Without the one it was counted by.
        return count - 1
    }
}
