package import Jobs

/// Which seats a job's runs need: pure, from the job and the settings alone.
package enum SeatPlan {
    /// The seats of a run of a job, in the order in which people are told of them.
    ///
    /// A dump and a heavy command never have one target together, whatever the limit: heavy commands are mostly
    /// maintenance, and a dump's snapshot makes VACUUM useless and stalls REINDEX CONCURRENTLY (manual, "Routine
    /// Vacuuming"). Drills and restores only count: they write databases that nobody dumps at the time.
    package static func seats(of job: Job, targets: [Target], limits: Limits) -> [Seat] {
        var seats = [Seat(key: "job/\(job.name)", limit: 1)]
        let names = targets.map(\.name).filter { name in
            job.targets?.contains { Glob.matches($0, name) } ?? true
        }
        switch job.work {
        case .backup(let spec):
            seats += names.map { Seat(key: "target/\($0)", limit: limits.heavyRunsMax, mode: "dump") }
            seats.append(Seat(key: "store/\(spec.store)", limit: limits.writersMax, queued: false))
        case .command(let spec):
            guard spec.heavy else { break }
            seats += names.map {
                Seat(key: "target/\($0)", limit: limits.heavyRunsMax, mode: "command")
            }
        case .drill(let spec):
            switch spec.location {
            case .throwaway: seats.append(Seat(key: "drills", limit: limits.drillsMax))
            case .target(let name): seats.append(Seat(key: "target/\(name)", limit: limits.heavyRunsMax))
            }
        case .restore(let spec):
            seats.append(Seat(key: "target/\(spec.destination.target)", limit: limits.heavyRunsMax))
        case .maintain, .sql:
            seats += names.map {
                Seat(key: "target/\($0)", limit: limits.heavyRunsMax, mode: "maintain")
            }
            // Two that plan by themselves would meet on one table.
            if case .maintain = job.work {
                seats += names.map { Seat(key: "maintenance/\($0)", limit: 1) }
            }
        case .verify: break
        }
        seats.append(Seat(key: "runs", limit: limits.runsMax, queued: false))
        return seats
    }

    /// Whether a run may have its seats beside those that others have; nil if it may, else who is in the way.
    ///
    /// - Parameter held: The seats of each other run.
    package static func blocker<Run>(of seats: [Seat], held: [(run: Run, seats: [Seat])]) -> (
        run: Run, seat: Seat
    )? {
        for seat in seats {
            let holders = held.filter { $0.seats.contains { $0.key == seat.key } }
            if holders.count >= seat.limit, let first = holders.first { return (first.run, seat) }
            let other = holders.first { holder in
                holder.seats.contains {
                    $0.key == seat.key && !$0.mode.isEmpty && !seat.mode.isEmpty && $0.mode != seat.mode
                }
            }
            if let other { return (other.run, seat) }
        }
        return nil
    }
}
