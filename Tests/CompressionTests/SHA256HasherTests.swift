import Compression
import Testing

@Suite struct `SHA-256` {
    /// FIPS 180-4 and NIST's example values.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `is that of the standard`(text: String, digest: String) throws {
        #expect(try SHA256Hasher.hash(Array(text.utf8)) == digest)
    }

    @Test(arguments: [1, 3, 64, 1000, 1 << 20])
    func `is the same for pieces of any size`(size: Int) throws {
        // A million times "a" is the third example of FIPS 180-2.
        let bytes = [UInt8](repeating: 0x61, count: 1_000_000)
        let hasher = try SHA256Hasher()
        bytes.withUnsafeBytes { raw in
            var start = 0
            while start < raw.count {
                let end = min(start + size, raw.count)
                hasher.update(UnsafeRawBufferPointer(rebasing: raw[start..<end]))
                start = end
            }
        }
        #expect(hasher.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func `begins anew after it was asked for`() throws {
        let hasher = try SHA256Hasher()
        [UInt8](repeating: 1, count: 10).withUnsafeBytes { hasher.update($0) }
        _ = hasher.finish()
        hasher.update(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(hasher.finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
