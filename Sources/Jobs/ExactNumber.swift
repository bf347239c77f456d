/// A decimal number of any length, as PostgreSQL writes `integer`, `numeric` and `double precision`.
///
/// Its digits are compared as they stand, since neither `Double` nor `Decimal` holds every `numeric`.
struct ExactNumber: Sendable, Equatable {
    private let isNegative: Bool
    /// Significant digits, without zeros at either end; empty for zero.
    private let digits: [UInt8]
    /// The number is 0.DIGITS times ten to this power.
    private let exponent: Int

    /// Beyond every `numeric` (manual, "Numeric Types": 131072 digits before the point).
    private static let exponentMax = 1_000_000

    /// Reads `-12`, `0.50`, `1e+20`; nil for anything else, `NaN` and `Infinity` among it.
    init?(_ text: String) {
        var rest = Substring(text).utf8[...]
        let sign = rest.first.flatMap { [0x2B, 0x2D].contains($0) ? $0 : nil }
        if sign != nil { rest = rest.dropFirst() }
        func takeDigits() -> [UInt8] {
            let run = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(run.count)
            return Array(run)
        }
        let whole = takeDigits()
        var fraction: [UInt8] = []
        if rest.first == 0x2E {
            rest = rest.dropFirst()
            fraction = takeDigits()
        }
        guard !(whole.isEmpty && fraction.isEmpty) else { return nil }
        var power = 0
        if let mark = rest.first, mark == 0x65 || mark == 0x45 {
            guard let written = Int(String(Substring(rest.dropFirst()))),
                written.magnitude <= Self.exponentMax
            else { return nil }
            power = written
            rest = rest.dropFirst(rest.count)
        }
        guard rest.isEmpty else { return nil }
        let all = whole + fraction
        let significant = all.drop { $0 == 0x30 }
        let zeros = all.count - significant.count
        let lastZeros = significant.reversed().prefix { $0 == 0x30 }.count
        digits = Array(significant.dropLast(lastZeros))
        exponent = digits.isEmpty ? 0 : whole.count - zeros + power
        isNegative = sign == 0x2D && !digits.isEmpty
    }

    /// -1 if it is less than the other one, 0 if it is the same number, else 1.
    func order(to other: ExactNumber) -> Int {
        if self == other { return 0 }
        if isNegative != other.isNegative { return isNegative ? -1 : 1 }
        let isCloserToZero = magnitudeIsLess(than: other)
        return isCloserToZero != isNegative ? -1 : 1
    }

    private func magnitudeIsLess(than other: ExactNumber) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty }
        if exponent != other.exponent { return exponent < other.exponent }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
