package import Engine
package import Faults
package import FoundationEssentials

// MARK: - Daemons

extension MemoryCatalog {
    package mutating func register(_ daemon: DaemonRecord, for time: Duration, dead: [UUID], now: Date)
        -> Lease
    {
        for id in dead where id != daemon.id {
            if let end = known[id]?.leaseUntil { known[id]?.leaseUntil = min(end, now) }
        }
        epochLast += 1
        var record = daemon
        record.epoch = epochLast
        record.seenAt = now
        record.doing = Self.storable(daemon.doing)
        known[daemon.id] = Daemon(record: record, leaseUntil: now + time / .seconds(1))
        if daemon.role == .serve { serving.insert(daemon.id) }
        return Lease(daemon: daemon.id, epoch: epochLast)
    }

    package mutating func renew(_ lease: Lease, for time: Duration, doing: String, now: Date) -> Renewal {
        guard isCurrent(lease) else { return .lost }
        known[lease.daemon]?.leaseUntil = now + time / .seconds(1)
        known[lease.daemon]?.record.seenAt = now
        known[lease.daemon]?.record.doing = Self.storable(doing)
        var news = Renewal.News()
        for id in serving where id != lease.daemon {
            guard let peer = known[id], peer.leaseUntil > now else { continue }
            news.peers.append(peer.record)
        }
        news.peers.sort { Self.isListed($0, before: $1) }
        for id in unfinished {
            guard let run = rows[id]?.run, let owner = run.lease else { continue }
            if owner == lease {
                if let reason = run.stopAsked { news.stops[id] = reason }
            } else if !isAlive(owner, now: now) {
                news.orphans.append(run)
            }
        }
        if news.orphans.count > 1 { news.orphans.sort { isDue($0.id, before: $1.id) } }
        if news.orphans.count > Self.orphansMax { news.orphans = Array(news.orphans.prefix(Self.orphansMax)) }
        return .held(news)
    }

    package mutating func leave(_ lease: Lease, now: Date) {
        guard let daemon = known[lease.daemon], daemon.record.epoch == lease.epoch, !daemon.hasLeft else {
            return
        }
        known[lease.daemon]?.leaseUntil = min(daemon.leaseUntil, now)
        known[lease.daemon]?.record.seenAt = now
        known[lease.daemon]?.hasLeft = true
        serving.remove(lease.daemon)
    }

    package mutating func takeOver(_ run: UUID, owner: Owner, lease: Lease, now: Date) -> RunRecord? {
        guard unfinished.contains(run), let row = rows[run], let old = row.run.lease else { return nil }
        guard isCurrent(lease) else { return nil }
        if old == lease { return row.run }
        guard !isAlive(old, now: now) else { return nil }
        if old.daemon != lease.daemon, let silent = known[old.daemon], silent.record.epoch == old.epoch {
            known[old.daemon]?.isFenced = true
            known[old.daemon]?.leaseUntil = min(silent.leaseUntil, now)
            serving.remove(old.daemon)
        }
        letGo(of: run)
        rows[run]?.run.lease = lease
        rows[run]?.run.owner = owner
        return rows[run]?.run
    }

    /// Those that are alive first, newest first.
    package func daemons(now: Date) -> [DaemonRecord] {
        let since = now - Self.daemonsListedFor
        let listed = known.values.filter { $0.record.seenAt.map { $0 > since } ?? false }.map { daemon in
            var record = daemon.record
            record.state =
                daemon.hasLeft ? .stopped : daemon.leaseUntil > now && !daemon.isFenced ? .alive : .silent
            return record
        }
        return listed.sorted { left, right in
            (left.state == .alive) == (right.state == .alive)
                ? Self.isListed(left, before: right) : left.state == .alive
        }
    }

    /// Lets a lease run out at once, as time does when nobody renews it.
    package mutating func expire(_ daemon: UUID, now: Date) {
        if let end = known[daemon]?.leaseUntil { known[daemon]?.leaseUntil = min(end, now) }
    }

    // MARK: Inside

    /// Whether a lease is still the daemon's, though it may have run out.
    func isCurrent(_ lease: Lease) -> Bool {
        guard let daemon = known[lease.daemon] else { return false }
        return daemon.record.epoch == lease.epoch && !daemon.isFenced && !daemon.hasLeft
    }

    /// Whether a lease is the daemon's and has not run out.
    func isAlive(_ lease: Lease, now: Date) -> Bool {
        guard let daemon = known[lease.daemon] else { return false }
        return daemon.record.epoch == lease.epoch && !daemon.isFenced && !daemon.hasLeft
            && daemon.leaseUntil > now
    }

    private static func isListed(_ left: DaemonRecord, before right: DaemonRecord) -> Bool {
        (right.startedAt, right.id) < (left.startedAt, left.id)
    }
}

// MARK: - Slots

extension MemoryCatalog {
    /// Here `now` is the caller's civil time, as in the port.
    package mutating func marks(of schedules: [ScheduleKey], now: Date) -> [ScheduleKey: Date] {
        var marks: [ScheduleKey: Date] = [:]
        for key in schedules {
            let number = number(of: key)
            let mark = accountedUntil[number] ?? now
            accountedUntil[number] = mark
            marks[key] = mark
        }
        return marks
    }

    package mutating func claim(
        _ runs: [RunRecord], marks: [ScheduleKey: Date], lease: Lease, now: Date
    ) throws(AnyFault) -> [UUID: RunStart] {
        guard isCurrent(lease) else { throw Self.leaseLost(lease) }
        var starts: [UUID: RunStart] = [:]
        for var run in runs {
            if rows[run.id] == nil {
                run.lease = lease
                starts[run.id] = store(run, now: now)
            } else {
                starts[run.id] = .begun
            }
        }
        for (key, mark) in marks {
            let number = number(of: key)
            accountedUntil[number] = accountedUntil[number].map { max($0, mark) } ?? mark
        }
        return starts
    }

    static func leaseLost(_ lease: Lease) -> AnyFault {
        AnyFault(
            code: "catalog.lease-lost",
            summary: "the lease of daemon \(lease.daemon.uuidString.lowercased()) is no longer its own",
            remedy: "See 'pgvigil daemons list' for who is alive.")
    }
}
