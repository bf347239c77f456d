/// Numbers for people, the same in every locale.
package enum Decimals {
    /// Three significant digits of a value below 10,000: `1.23`, `12.3`, `123`, `1230`.
    package static func threeDigits(_ value: Double) -> String {
        let magnitude = value.magnitude
        return fixed(value, places: magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)
    }

    /// The value rounded half away from zero to so many places (at most nine), with a point.
    ///
    /// Values too large to be scaled come as Swift writes them.
    package static func fixed(_ value: Double, places: Int) -> String {
        let places = min(max(places, 0), 9)
        var scale: Int64 = 1
        for _ in 0..<places { scale *= 10 }
        guard value.isFinite, value.magnitude * Double(scale) < 9e18 else { return "\(value)" }
        let scaled = (value.magnitude * Double(scale)).rounded()
        let whole = Int64(scaled) / scale
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let part = String(Int64(scaled) % scale)
        return "\(sign)\(whole)." + String(repeating: "0", count: places - part.count) + part
    }

    /// A whole number in groups of three, `1,234,567`.
    package static func grouped(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
