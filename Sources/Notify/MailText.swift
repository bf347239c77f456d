import Cron
import Engine
import FoundationEssentials
import Measures

/// A mail as `sendmail -t -i` reads it: headers, an empty line, the text (RFC 5322); pure.
enum MailText {
    /// A line may have 998 bytes (RFC 5322, section 2.1.1); longer ones are encoded.
    private static let lineBytesMax = 900

    static func render(_ message: Message, to: [String], from: String?) -> String {
        var headers = [("To", to.map(HeaderText.address).joined(separator: ", "))]
        if let from { headers.insert(("From", HeaderText.address(from)), at: 0) }
        headers += [
            // Folded, since a line should have 78 characters at most.
            ("Subject", HeaderText.encoded("[pgvigil] \(message.title)", separator: "\n ")),
            ("Date", date(message.at)),
            // No vacation notes, please (RFC 3834, section 5).
            ("Auto-Submitted", "auto-generated"), ("X-Pgvigil-Event", message.occasion.rawValue),
            ("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"),
        ]
        let text = body(of: message)
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 && ($0 >= 0x20 || $0 == 0x0A || $0 == 0x09) }
        let isShort = text.split(separator: "\n").allSatisfy { $0.utf8.count <= lineBytesMax }
        let fits = isPlain && isShort
        headers.append(("Content-Transfer-Encoding", fits ? "7bit" : "base64"))
        let head = headers.map { "\($0): \($1)\n" }.joined()
        return head + "\n" + (fits ? text : base64(text))
    }

    private static func body(of message: Message) -> String {
        let log = message.log.isEmpty ? "" : "\n-- \nThe end of the log:\n\(message.log)\n"
        return "\(message.title)\n\n\(message.text)\n\(log)"
    }

    /// Lines of 76 characters (RFC 2045, section 6.8).
    private static func base64(_ text: String) -> String {
        let encoded = Array(Data(text.utf8).base64EncodedString().utf8)
        return stride(from: 0, to: encoded.count, by: 76).map { start in
            String(decoding: encoded[start..<min(start + 76, encoded.count)], as: UTF8.self) + "\n"
        }.joined()
    }

    /// `Sun, 22 Nov 2026 00:30:00 +0000` (RFC 5322, section 3.3).
    static func date(_ instant: Date) -> String {
        let seconds = Int(instant.timeIntervalSince1970.rounded(.down))
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let (year, month, dayOfMonth) = CivilDay.date(of: day)
        let name = days[((day % 7) + 7) % 7]
        let clock = InstantFormat.utc(instant).split(separator: "T").last?.dropLast() ?? ""
        return "\(name), \(dayOfMonth) \(months[month - 1]) \(year) \(clock) +0000"
    }
}
