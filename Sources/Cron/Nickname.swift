/// The patterns that have a name (OCPS 1.1, 4.1), which is written in lower case.
enum Nickname {
    /// The five fields that a nickname stands for; nil for `@reboot`, `@every` and anything else.
    static func fields(of text: String) -> String? {
        switch text {
        case "@yearly", "@annually": "0 0 1 1 *"
        case "@monthly": "0 0 1 * *"
        case "@weekly": "0 0 * * 0"
        case "@daily", "@midnight": "0 0 * * *"
        case "@hourly": "0 * * * *"
        default: nil
        }
    }

    /// All that may follow an `@`, for suggestions.
    static let names = [
        "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@reboot",
        "@every 15m",
    ]
}
