/// Holds whoever comes to it, for as long as a test wants.
actor Turnstile {
    private var isClosed = false
    private var held: [CheckedContinuation<Void, Never>] = []

    /// How many wait.
    var waiting: Int { held.count }

    /// Whoever comes from now on waits.
    func close() { isClosed = true }

    /// Lets all go on, those who come later too.
    func open() {
        isClosed = false
        for one in held { one.resume() }
        held = []
    }

    func pass() async {
        guard isClosed else { return }
        await withCheckedContinuation { held.append($0) }
    }
}
