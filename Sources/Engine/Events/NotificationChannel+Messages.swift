package import Jobs

extension NotificationChannel {
    /// Whether it is told of a message.
    ///
    /// Pings follow runs and nothing else; every other way takes events and no signs of life. A channel for some jobs
    /// takes nothing that belongs to no job.
    package func takes(_ message: Message) -> Bool {
        switch (message.occasion, way) {
        case (.pulse, .ping): break
        case (.event(let kind), .webhook), (.event(let kind), .mail), (.event(let kind), .command):
            guard events.contains(kind) else { return false }
        case (.event, .ping), (.pulse, .webhook), (.pulse, .mail), (.pulse, .command): return false
        }
        guard let jobs else { return true }
        return message.job.map { job in jobs.contains { Glob.matches($0, job) } } ?? false
    }
}
