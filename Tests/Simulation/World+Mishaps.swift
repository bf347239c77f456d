import Engine
import FoundationEssentials
import Jobs
import TestKit

/// What goes wrong, and what people want.
extension World {
    func befall(_ mishap: Mishap) {
        guard !isCalm else { return }
        trace.note(self, "mishap: \(mishap)")
        switch mishap {
        case .crash(let place, let deeds, let afterEffect, let downFor):
            guard let process = serving[place] else { return }
            process.crashIn = deeds
            process.crashesAfterEffect = afterEffect
            process.downFor = downFor
        case .freeze(let place, let time):
            guard let process = serving[place] else { return }
            tally.add("freezes")
            process.freeze(for: time)
        case .outage(let place, let time): outage(place, time)
        case .outageAtWork(let place, let time): serving[place]?.cutOffAtWorkFor = time
        case .clockStep(let host, let by):
            tally.add("clock steps")
            hosts[host].clockOff += by
        case .suspend(let host, let time):
            tally.add("sleeps")
            for process in living where process.host === hosts[host] { process.freeze(for: time) }
        case .hand(let host, let job): runByHand(host, job)
        case .cancel: cancelOne()
        case .stop(let place, let downFor, let twice): stop(place, downFor, twice)
        case .reload(let place, let kept): reload(place, kept)
        case .fullDisk(let host, let time):
            tally.add("full disks")
            hosts[host].fullUntil = max(hosts[host].fullUntil, now + time)
        case .guardsTrip(let time): guardsTripUntil = max(guardsTripUntil, now + time)
        case .rot(let host):
            guard !hosts[host].sets.isEmpty else { return }
            tally.add("damaged sets")
            hosts[host].sets[Int(chance.next() % UInt64(hosts[host].sets.count))].damaged = "hash differs"
        }
    }

    private func outage(_ place: Int?, _ time: Int64) {
        tally.add("outages")
        guard let place else {
            catalogDownUntil = max(catalogDownUntil, now + time)
            return
        }
        if let process = serving[place] { process.cutOffUntil = max(process.cutOffUntil, now + time) }
    }

    private func runByHand(_ host: Int, _ name: String) {
        guard let job = scenario.jobs[name] else { return }
        tally.add("hand runs")
        let process = Process(self, hosts[host], place: nil, labels: [:], role: .hand)
        if chance.happens(0.2) {
            process.crashIn = Int(chance.int(1...40))
            process.crashesAfterEffect = chance.happens(0.5)
        }
        living.append(process)
        process.begin()
        process.handle(.handRunAsked(job.triedOnce))
    }

    private func cancelOne() {
        let unfinished = catalog.unfinishedRuns.sorted { $0.id.uuidString < $1.id.uuidString }
        guard !unfinished.isEmpty, now >= catalogDownUntil else { return }
        tally.add("cancellations")
        _ = catalog.askToStop(chance.pick(unfinished).id, reason: "cancelled by somebody", now: date)
    }

    private func stop(_ place: Int, _ downFor: Int64, _ twice: Bool) {
        guard let process = serving[place], process.stopAskedAt == nil else { return }
        tally.add("stops")
        process.handle(.stopAsked)
        if twice { after(chance.int(1...20_000)) { process.handle(.stopAsked) } }
        restart(process, place, downFor)
    }

    /// Starts it again once it has quit; the service manager does not start a second one before.
    private func restart(_ process: Process, _ place: Int, _ downFor: Int64) {
        after(downFor) { [self] in
            if process.isAlive { restart(process, place, 10_000) } else { start(place) }
        }
    }

    private func reload(_ place: Int, _ kept: [Int]?) {
        tally.add("reloads")
        configured[place] = kept
        guard let process = serving[place] else { return }
        let settings = settings(
            of: process.id, .serve, process.record.owner, process.record.labels, process.host)
        process.handle(.reloaded(settings, schedules(of: place)))
    }
}
