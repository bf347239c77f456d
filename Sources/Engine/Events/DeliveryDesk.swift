package import Faults
import FoundationEssentials
package import Jobs
import Synchronization

/// Takes the daemon's news, has ``EventDesk`` decide, and sees that messages are delivered.
///
/// While the catalog cannot be reached it goes on in memory, so that this very trouble can be told; the news are told
/// to the catalog when it is back, without the messages that have gone out.
package actor DeliveryDesk {
    /// Nothing to do is looked for this often.
    package static let napMax = Duration.seconds(10)
    /// A catalog that has failed is left alone for so long.
    private static let outagePause = Duration.seconds(30)
    /// News that wait for the catalog; the oldest go first.
    private static let keptMax = 1000
    /// Changes that others make at the same moment are met by deciding again, so often.
    private static let racesMax = 8
    private static let remindersMax = 100
    /// Taken at once; each may take the whole time limit of a send.
    private static let claimMax = 8
    private static let claimTime = Duration.seconds(300)
    private static let forgetPause = Duration.seconds(3_600)
    private static let rememberedFor = Duration.seconds(30 * 86_400)

    private struct Kept {
        var news: News
        /// Whether a message about it has been sent meanwhile.
        var isTold: Bool
    }

    private let book: any EventBook
    private let memory: MemoryEventBook
    private var notifier: any NotifierPort
    private let ambient: Ambient
    private let desk: EventDesk
    private let onFault: @Sendable (AnyFault) -> Void
    private var channels: [NotificationChannel]
    private var redactor: Redactor
    private var kept: [Kept] = []
    private var outageUntil: Duration?
    private var forgetAt: Duration = .zero
    private var busy: Set<String> = []
    private var isFinishing = false
    private let inbox = Mutex<[News]>([])
    private let nap = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - book: The catalog's; it is not touched while there are no channels.
    ///   - onFault: Told of the first failure of the catalog, and of each delivery that is given up.
    package init(
        book: any EventBook, notifier: any NotifierPort, settings: Settings, ambient: Ambient,
        onFault: @escaping @Sendable (AnyFault) -> Void
    ) {
        self.book = book
        self.notifier = notifier
        self.ambient = ambient
        self.onFault = onFault
        desk = EventDesk(host: ambient.owner.host)
        memory = MemoryEventBook(ambient: ambient)
        channels = settings.channels
        redactor = Redactor(settings)
    }

    /// Takes news; never waits, and may be called from anywhere.
    package nonisolated func tell(_ news: News) {
        inbox.withLock { inbox in
            if inbox.count >= Self.keptMax { inbox.removeFirst() }
            inbox.append(news)
        }
        nap.withLock { $0?.cancel() }
    }

    /// Uses other channels and secrets from now on, and what sends through them: the configuration has been read again.
    package func use(_ settings: Settings, _ notifier: any NotifierPort) {
        self.notifier = notifier
        channels = settings.channels
        redactor = Redactor(settings)
    }

    /// Takes news and delivers until ``finish()``, or until the task is cancelled; then what is being sent is sent to its
    /// end.
    package func serve() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !isFinishing {
                await takeNews()
                for channel in channels where busy.insert(channel.name).inserted {
                    group.addTask {
                        await self.deliver(through: channel)
                        await self.end(of: channel)
                    }
                }
                await rest()
            }
        }
    }

    /// Does all that can be done now, and returns; for the last moments of a daemon, and for tests.
    package func turn() async {
        await takeNews()
        await withDiscardingTaskGroup { group in
            for channel in channels where busy.insert(channel.name).inserted {
                group.addTask {
                    await self.deliver(through: channel)
                    await self.end(of: channel)
                }
            }
        }
    }

    /// Lets ``serve()`` come to its end by itself: with what it has claimed sent, which nobody else may send.
    package func finish() {
        isFinishing = true
        nap.withLock { $0?.cancel() }
    }

    private func end(of channel: NotificationChannel) { busy.remove(channel.name) }

    private func rest() async {
        let task = Task { [ambient] in
            await ambient.sleep(Self.napMax * (0.75 + 0.25 * ambient.jitter()))
        }
        nap.withLock { $0 = task }
        // What came before the nap could be cancelled must not wait for its end.
        if isFinishing || inbox.withLock({ !$0.isEmpty }) { task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        nap.withLock { $0 = nil }
    }

    // MARK: News

    private func takeNews() async {
        let news = inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
        guard !channels.isEmpty else { return }
        await settleOutage()
        for one in news { await take(one) }
        await take(.timePassed)
        await forget()
    }

    private func take(_ news: News) async {
        if isCatalogUp {
            do throws(AnyFault) {
                _ = try await decide(news, in: book, telling: true)
                return
            } catch {
                failed(error)
            }
        }
        do throws(AnyFault) {
            let isTold = try await decide(news, in: memory, telling: true)
            guard news != .timePassed else { return }
            if case .started = news { return }
            if kept.count >= Self.keptMax { kept.removeFirst() }
            kept.append(Kept(news: news, isTold: isTold))
        } catch {
            onFault(error)
        }
    }

    /// Tells the catalog, which may be back, what happened meanwhile.
    private func settleOutage() async {
        guard let until = outageUntil, until <= ambient.uptime() else { return }
        while let one = kept.first {
            do throws(AnyFault) {
                _ = try await decide(one.news, in: book, telling: !one.isTold)
                kept.removeFirst()
            } catch {
                outageUntil = ambient.uptime() + Self.outagePause
                return
            }
        }
        outageUntil = nil
        memory.forgetEvents()
    }

    private var isCatalogUp: Bool { outageUntil == nil }

    private func failed(_ fault: AnyFault) {
        if outageUntil == nil { onFault(fault) }
        outageUntil = ambient.uptime() + Self.outagePause
    }

    /// Decides on what the book knows, and puts that into the book; again, where somebody else was faster.
    ///
    /// - Returns: Whether there is a message about an event.
    private func decide(
        _ news: News, in book: any EventBook, telling: Bool
    ) async throws(AnyFault) -> Bool {
        var hasTold = false
        var hasPosted = false
        for _ in 1...Self.racesMax {
            let now = ambient.wallTime()
            var open: [OpenEvent] = []
            if let subjects = desk.subjects(of: news) {
                if !subjects.isEmpty { open = try await book.open(subjects: subjects) }
            } else {
                open = try await book.remindersDue(at: now, limit: Self.remindersMax)
            }
            var races = 0
            for action in desk.handle(news, open: open, now: now, makeID: ambient.makeID) {
                let deliveries = telling ? self.deliveries(of: action.message) : []
                guard let change = action.change else {
                    if !deliveries.isEmpty, !hasPosted { try await book.post(deliveries) }
                    hasPosted = true
                    continue
                }
                if try await book.apply(clean(change), deliveries: deliveries) {
                    hasTold = hasTold || action.message != nil
                } else {
                    races += 1
                }
            }
            if races == 0 { return hasTold }
        }
        return hasTold
    }

    /// The change without secrets in what is stored.
    private func clean(_ change: EventChange) -> EventChange {
        func clean(_ event: OpenEvent) -> OpenEvent {
            var copy = event
            copy.text = redactor.line(event.text, bytesMax: Message.Limits.textBytesMax)
            return copy
        }
        return switch change {
        case .open(let event): .open(clean(event))
        case .update(let event): .update(clean(event))
        case .close(let event, let at): .close(clean(event), at: at)
        }
    }

    private func deliveries(of message: Message?) -> [NewDelivery] {
        guard let message else { return [] }
        let clean = message.redacted(by: redactor)
        return channels.filter { $0.takes(message) }.map {
            NewDelivery(id: ambient.makeID(), channel: $0.name, message: clean)
        }
    }

    private func forget() async {
        guard isCatalogUp, forgetAt <= ambient.uptime() else { return }
        forgetAt = ambient.uptime() + Self.forgetPause
        do throws(AnyFault) {
            try await book.forget(olderThan: Self.rememberedFor)
            try await memory.forget(olderThan: Self.rememberedFor)
        } catch {
            failed(error)
        }
    }

    // MARK: Deliveries

    private func deliver(through channel: NotificationChannel) async {
        await deliver(through: channel, of: memory)
        guard isCatalogUp else { return }
        await deliver(through: channel, of: book)
    }

    private func deliver(through channel: NotificationChannel, of book: any EventBook) async {
        while !Task.isCancelled {
            do throws(AnyFault) {
                let claim = ambient.makeID()
                let claimed = try await book.claim(
                    channel: channel.name, limit: Self.claimMax, for: Self.claimTime, claim: claim)
                for delivery in claimed {
                    // Somebody else gets the rest when the claim is over.
                    if Task.isCancelled { return }
                    let end = await send(delivery, through: channel)
                    try await book.settle(delivery.id, claim: claim, end)
                }
                if claimed.count < Self.claimMax { return }
            } catch {
                failed(error)
                return
            }
        }
    }

    private func send(_ delivery: Delivery, through channel: NotificationChannel) async -> DeliveryEnd {
        do throws(AnyFault) {
            try await notifier.send(delivery.message, through: channel)
            return .delivered
        } catch {
            let reason = redactor.line(error.summary, bytesMax: Message.Limits.lineBytesMax)
            let end = DeliveryPolicy.decide(
                delivery.message, tries: delivery.tries, fault: error, error: reason)
            if case .givenUp = end {
                let fault = EventFault.undelivered(
                    title: delivery.message.title, channel: channel.name, reason: reason)
                onFault(AnyFault(fault))
            }
            return end
        }
    }
}
