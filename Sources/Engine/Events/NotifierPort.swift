package import Faults
package import Jobs

/// Carries messages to the outside.
package protocol NotifierPort: Sendable {
    /// Sends a message through a channel, once.
    ///
    /// A message that means nothing to the channel (a sign of life to a mail) is taken and dropped.
    /// - Throws: Why it did not arrive; without the channel's address, which is a secret.
    func send(_ message: Message, through channel: NotificationChannel) async throws(AnyFault)
}
