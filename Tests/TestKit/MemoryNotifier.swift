package import Engine
package import Faults
package import Jobs
import Synchronization

/// Keeps messages instead of sending them, or refuses them as the test says.
package final class MemoryNotifier: NotifierPort {
    /// A message that arrived, or did not.
    package struct Sent: Sendable, Equatable {
        package var channel: String
        package var message: Message
        package var arrived: Bool
    }

    private let all = Mutex<[Sent]>([])
    private let refuse: @Sendable (Message, NotificationChannel) async -> AnyFault?

    /// A notifier that takes everything but what `refuse` has a fault for.
    package init(
        refuse: @escaping @Sendable (Message, NotificationChannel) async -> AnyFault? = { _, _ in nil }
    ) {
        self.refuse = refuse
    }

    /// Every try so far, in order.
    package var tries: [Sent] { all.withLock { $0 } }

    /// What arrived, as `channel occasion title`.
    package var arrived: [String] {
        tries.filter(\.arrived).map { "\($0.channel) \($0.message.occasion.rawValue) \($0.message.title)" }
    }

    package func send(_ message: Message, through channel: NotificationChannel) async throws(AnyFault) {
        let fault = await refuse(message, channel)
        all.withLock {
            $0.append(Sent(channel: channel.name, message: message, arrived: fault == nil))
        }
        if let fault { throw fault }
    }
}
