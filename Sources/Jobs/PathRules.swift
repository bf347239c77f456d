/// How a path in a file becomes absolute.
struct PathRules: Sendable {
    /// What `~/` stands for.
    var home = "/"
    /// What relative paths start from: the folder of the file.
    var base = "/"

    /// The absolute path without `.`, empty parts and a `/` at the end; `..` is left to the file system.
    func absolute(_ path: String) -> String {
        let joined: String
        if path == "~" || path.hasPrefix("~/") {
            joined = home + path.dropFirst()
        } else {
            joined = path.hasPrefix("/") ? path : "\(base)/\(path)"
        }
        return "/" + joined.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
