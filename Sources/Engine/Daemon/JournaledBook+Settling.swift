package import Faults
import FoundationEssentials

/// Telling the catalog what it lacks.
extension JournaledBook {
    /// Tells the catalog what it lacks, in order, as far as it takes it now: what dead processes left, then our own.
    ///
    /// Where nothing waits and no call has failed, the catalog is opened if it was not, and not asked.
    /// - Parameter lease: That of this process, under which is told what was written before there was any; without one
    ///   that stays in the journal.
    /// - Returns: Why the catalog still lacks some of it; nil when it has all.
    @discardableResult
    package func settle(lease: Lease? = nil) async -> AnyFault? {
        guard !isSettling else { return missing ?? Self.behind }
        isSettling = true
        defer { isSettling = false }
        do throws(AnyFault) {
            try await settle(try await open(), lease)
            return nil
        } catch {
            outage = error
            if pending > 0 { missing = error }
            return error
        }
    }

    private func settle(_ catalog: Catalog, _ lease: Lease?) async throws(AnyFault) {
        if let lease { ours = lease }
        var count = try await tellAbandoned(catalog)
        // What is told shows whether the catalog is there; without anything to tell, a question does.
        if outage != nil, pending == 0, count == 0 {
            _ = try await catalog.book.runs(RunQuery(unfinishedOnly: true), limit: 1)
        }
        if isProvisional, ours == nil { throw missing ?? Self.behind }
        isProvisional = false
        // Whatever is written meanwhile waits behind; after a round without any, the catalog has all.
        while pending > 0 {
            count += inFile > told ? try await tellSaved(catalog) : try await tellUnsaved(catalog)
        }
        outage = nil
        missing = nil
        introduced = []
        if count > 0 { onNote(.replayed(count)) }
    }

    /// Tells what dead processes left, and then ends their runs: in this order, since a journal may hold how they ended.
    private func tellAbandoned(_ catalog: Catalog) async throws(AnyFault) -> Int {
        let abandoned = await adopt()
        var count = 0
        var fault: AnyFault?
        do throws(AnyFault) {
            for journal in abandoned { count += try await replay(journal, catalog) }
        } catch {
            fault = error
        }
        for journal in abandoned { await journal.close() }
        if let fault { throw fault }
        if !isRepaired || !abandoned.isEmpty {
            try await repair(catalog.book)
            isRepaired = true
        }
        return count
    }

    private func adopt() async -> [any JournalPort] {
        do throws(AnyFault) {
            return try await journal.adopt()
        } catch {
            onNote(.damaged(error))
            return []
        }
    }

    /// Tells what a dead process left.
    private func replay(_ journal: any JournalPort, _ catalog: Catalog) async throws(AnyFault) -> Int {
        let entries: [JournalEntry]
        do throws(AnyFault) {
            entries = try await read(journal)
        } catch {
            // It stays where it is, and is not in the way of what can be read.
            onNote(.damaged(error))
            return 0
        }
        // What a dead process wrote before it had a lease is nobody's.
        let result = await tell(entries, catalog, provisional: nil)
        await forget(result.count, of: journal)
        if let fault = result.fault { throw fault }
        return result.count
    }

    /// Tells what is in our own journal.
    private func tellSaved(_ catalog: Catalog) async throws(AnyFault) -> Int {
        let expected = inFile - told
        let entries = try await read(journal).dropFirst(told).prefix(expected)
        // Damaged records are kept aside, and will not be told any more.
        inFile -= expected - entries.count
        let result = await tell(Array(entries), catalog, provisional: ours)
        told += result.count
        if await forget(told, of: journal) {
            inFile -= told
            told = 0
        }
        if let fault = result.fault { throw fault }
        return result.count
    }

    /// Tells what the journal did not take.
    private func tellUnsaved(_ catalog: Catalog) async throws(AnyFault) -> Int {
        await takeTurn()
        let result = await tell(unsaved, catalog, provisional: ours)
        unsaved.removeFirst(result.count)
        if unsaved.isEmpty {
            atRisk = nil
            isLosing = false
        }
        endTurn()
        if let fault = result.fault { throw fault }
        return result.count
    }

    /// Tells entries in their order until one is not taken.
    ///
    /// - Parameter provisional: The lease of what was written before there was any.
    /// - Returns: How many were told, and why not all.
    private func tell(_ entries: [JournalEntry], _ catalog: Catalog, provisional: Lease?)
        async -> (count: Int, fault: AnyFault?)
    {
        var replay = JournalReplay(catalog, foreign: foreign, lease: provisional)
        var count = 0
        do throws(AnyFault) {
            for entry in entries {
                let answer = try await replay.tell(entry)
                count += 1
                foreign.formUnion(replay.foreign)
                await note(entry, answer)
            }
            return (count, nil)
        } catch {
            return (count, error)
        }
    }

    /// Tells people of what the catalog will never take.
    private func note(_ entry: JournalEntry, _ answer: JournalReplay.Answer) async {
        switch answer {
        case .taken, .passedOver: break
        case .refused(let fault): await noteRefusal(entry, fault)
        case .slotTaken(let other):
            guard case .run(let run) = entry else { return }
            onNote(.dropped(AnyFault(JournalFault.slotTaken(run: run.id, job: run.job, by: other))))
        }
    }

    private func read(_ journal: any JournalPort) async throws(AnyFault) -> [JournalEntry] {
        let contents = try await journal.contents()
        if let damage = contents.damage { onNote(.damaged(damage)) }
        return contents.entries
    }

    /// Drops what the catalog has; if that fails, it is told twice after a crash, which changes nothing.
    @discardableResult
    private func forget(_ count: Int, of journal: any JournalPort) async -> Bool {
        guard count > 0 else { return true }
        do throws(AnyFault) {
            try await journal.drop(first: count)
            return true
        } catch {
            onNote(.damaged(error))
            return false
        }
    }
}
