import Glibc

/// A NULL-terminated array of C strings that wipes and frees itself.
final class CStrings {
    private let copies: [UnsafeMutablePointer<CChar>?]
    private let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>

    /// Copies the texts; nil becomes a NULL pointer.
    init(_ texts: [String?]) {
        copies = texts.map { $0.flatMap { strdup($0) } }
        pointers = .allocate(capacity: copies.count + 1)
        for (index, copy) in copies.enumerated() { (pointers + index).initialize(to: UnsafePointer(copy)) }
        (pointers + copies.count).initialize(to: nil)
    }

    deinit {
        for copy in copies {
            // Parameters hold passwords at times.
            if let copy { explicit_bzero(copy, strlen(copy)) }
            free(copy)
        }
        pointers.deallocate()
    }

    /// Lends the array for one call.
    func withPointers<Value>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value) -> Value {
        withExtendedLifetime(self) { body(UnsafePointer(pointers)) }
    }
}
