/// The number that `H` takes from a job's name: the same on every machine, in every process and in every
/// version.
///
/// FNV-1a of 64 bits over the name and the field, then the finaliser of splitmix64, because FNV's low bits
/// alone are uneven and the remainder looks at them most. Changing this moves every hashed schedule: do not.
enum HashedValue {
    static func choose(key: String, field: CronField, below count: Int) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        hash = (hash ^ UInt64(field.rawValue)) &* 0x0000_0100_0000_01B3
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        return Int(hash % UInt64(max(count, 1)))
    }
}
