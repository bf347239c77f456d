/// What a page says, and whether all is well.
package struct WebPage: Sendable, Equatable {
    package var text: String
    /// False answers with status 503.
    package var isGood: Bool
    package var contentType: String

    /// The content type of Prometheus' text format, version 0.0.4, which plain readers take for text.
    package static let plainText = "text/plain; version=0.0.4; charset=utf-8"

    package init(text: String, isGood: Bool = true, contentType: String = WebPage.plainText) {
        self.text = text
        self.isGood = isGood
        self.contentType = contentType
    }
}
