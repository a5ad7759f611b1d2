#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What this process can run out of, so that it cannot ask anybody anything.
enum OwnResource: Sendable, Hashable {
    /// - Parameter limit: the process's own; 0 where it is not known.
    case descriptors(limit: Int)
    /// Those of the whole machine.
    case systemDescriptors
    case ports
    case memory

    /// `nil` for an error that has another reason.
    init?(errno code: CInt) {
        switch code {
        case EMFILE: self = .descriptors(limit: Self.descriptorLimit)
        case ENFILE: self = .systemDescriptors
        case EADDRNOTAVAIL, EAGAIN: self = .ports
        case ENOBUFS, ENOMEM: self = .memory
        default: return nil
        }
    }

    /// What this process lacks right now; `nil` for nothing. For errors that do not tell: a name is not resolved and a
    /// certificate not read where no file can be opened.
    static func lacking() -> OwnResource? {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return nil
        }
        return OwnResource(errno: errno)
    }

    private static var descriptorLimit: Int {
        var limits = rlimit()
        #if canImport(Glibc)
        let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0
        #else
        let isKnown = getrlimit(RLIMIT_NOFILE, &limits) == 0
        #endif
        return isKnown ? Int(clamping: limits.rlim_cur) : 0
    }

    /// One sentence that says what to do.
    var sentence: String {
        switch self {
        case .descriptors(let limit):
            "This process has run out of file descriptors\(limit > 0 ? " (limit \(limit))" : ""): raise the limit "
                + "(ulimit -n, LimitNOFILE) or watch fewer models at once."
        case .systemDescriptors: "This machine has run out of file descriptors: raise fs.file-max or close programs."
        case .ports:
            "This machine has run out of local ports for connections: widen net.ipv4.ip_local_port_range, or look for a "
                + "program that opens too many."
        case .memory: "This machine has no memory left for connections."
        }
    }
}
