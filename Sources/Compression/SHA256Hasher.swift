import CCrypto

/// SHA-256 of bytes that arrive in pieces.
///
/// Authority: FIPS 180-4; OpenSSL's `EVP_Digest*`, which uses the processor's own instructions where it has
/// them. A hasher belongs to one thread at a time.
package final class SHA256Hasher {
    private let context: OpaquePointer
    private var isSound = true

    /// A hasher that has seen nothing.
    ///
    /// - Throws: ``CompressionFault/library(_:)`` when OpenSSL refuses SHA-256 or has no memory.
    package init() throws(CompressionFault) {
        guard let context = EVP_MD_CTX_new() else { throw .library("OpenSSL") }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw .library("OpenSSL")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Takes the next bytes in.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        if EVP_DigestUpdate(context, start, bytes.count) != 1 { isSound = false }
    }

    /// The 64 lower-case hexadecimal digits of all that was taken in; the hasher then begins anew.
    ///
    /// Empty, and so equal to no hash, if OpenSSL failed on the way, which it documents for no digest of
    /// memory.
    package func finish() -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard isSound, EVP_DigestFinal_ex(context, &digest, &length) == 1,
            EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { return "" }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest[..<Int(length)].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }

    /// The SHA-256 of these bytes.
    ///
    /// - Throws: as ``init()``.
    package static func hash(_ bytes: [UInt8]) throws(CompressionFault) -> String {
        let hasher = try SHA256Hasher()
        bytes.withUnsafeBytes { hasher.update($0) }
        return hasher.finish()
    }
}
