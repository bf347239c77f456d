import Cron
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing
import Wiring

@Suite struct `Loading a configuration` {
    @Test func `takes the built-in jobs and crontab where there is nothing but a database`() throws {
        let folder = try Folder()
        let (configuration, faults) = folder.examine()
        #expect(faults.isEmpty)
        #expect(
            configuration?.jobs.map(\.name) == ["nightly-backup", "tidy", "verify-stores", "weekly-drill"])
        #expect(configuration?.settings.targets.map(\.name) == ["main"])
        #expect(configuration?.settings.stateDirectory == "\(folder.path)/.local/state/pgvigil/state")
        #expect(configuration?.schedules.map(\.key.pattern) == ["30 1 * * *"])
        #expect(configuration?.zone.name == "Europe/Paris")
    }

    @Test func `ships the files of jobs and cron as they are built in`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let builtIn = root.appending(path: "Sources/Wiring/Shipped").path
        var names: [String] = []
        for folder in ["jobs", "cron"] {
            let path = root.appending(path: folder).path
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                names.append(name)
                let (file, copy) = (URL(filePath: "\(path)/\(name)"), URL(filePath: "\(builtIn)/\(name)"))
                #expect(try Data(contentsOf: file) == Data(contentsOf: copy), "\(name)")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: builtIn).sorted() == names.sorted())
    }

    @Test func `joins the shipped crontab with the shipped jobs`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let loader = ConfigurationLoader(
            surroundings: try Folder().surroundings(["DATABASE_URL": "postgres://h/shop"]),
            directory: root.path)
        let configuration = try loader.load()
        #expect(
            configuration.schedules.map(\.key) == [
                ScheduleKey(job: "nightly-backup", zone: "Europe/Paris", pattern: "30 1 * * *")
            ])
        #expect(configuration.schedules.first?.late == .seconds(7200))
        let builtIn = try #require(try Folder().examine().configuration?.jobs)
        #expect(builtIn.map(\.name) == configuration.jobs.map(\.name))
        #expect(builtIn.map(\.work) == configuration.jobs.map(\.work))
        #expect(builtIn.map(\.retry) == configuration.jobs.map(\.retry))
    }

    @Test func `gives learned windows the hours that were chosen, and else those of the fallback`() throws {
        let folder = try Folder([
            "pgvigil.yaml": """
            targets: {main: postgres://h/shop}
            windows:
              nights: {zone: America/New_York, open: 22:00-06:00}
              quiet: {learn: {}, fallback: nights}
              early: {zone: UTC, learn: {}, fallback: nights}
            """,
            "cron/a.cron": "CRON_TZ=UTC\n0 3 * * * nightly-backup window=quiet\n",
        ])
        let (found, faults) = folder.examine()
        #expect(faults.isEmpty)
        let configuration = try #require(found)
        #expect(configuration.learned.map(\.name) == ["early", "quiet"])
        #expect(configuration.learned.map(\.zone.name) == ["UTC", "America/New_York"])
        let none = configuration.withHours([]).schedules.first?.window
        #expect(none?.window.openings == configuration.settings.windows["nights"]?.openings)
        #expect(none?.note == "has the hours of nights: nothing has been chosen yet")
        let quiet = configuration.learned[1]
        let choice = TrafficChoice(
            window: "quiet", terms: quiet.terms, target: "main", decidedAt: Date(timeIntervalSince1970: 0),
            decision: .learned(
                [QuietStretch(weekday: 0, start: 180, minutes: 180, load: 0)], because: "learned"))
        let chosen = configuration.withHours([choice]).schedules.first?.window
        #expect(chosen?.window.openings.map(\.description) == ["Sun 03:00-06:00"])
        #expect(chosen?.zone.name == "America/New_York")
    }

    @Test func `joins windows, zones and lateness`() throws {
        let folder = try Folder([
            "pgvigil.yaml": """
            targets: {main: postgres://h/shop}
            windows: {nights: {zone: America/New_York, open: 22:00-06:00}}
            """,
            "cron/a.cron": "CRON_TZ=UTC\n0 3 * * * nightly-backup window=nights late=20m\n",
        ])
        let (configuration, faults) = folder.examine()
        #expect(faults.isEmpty)
        let schedule = try #require(configuration?.schedules.first)
        #expect(schedule.key.zone == "UTC")
        #expect(schedule.late == .seconds(1200))
        #expect(schedule.window?.zone.name == "America/New_York")
        // 03:00 UTC is 22:00 in New York, 11:00 UTC is 06:00.
        #expect(schedule.window?.contains(Date(timeIntervalSince1970: 1_768_014_000)) == true)
        #expect(schedule.window?.contains(Date(timeIntervalSince1970: 1_768_042_800)) == false)
    }

    @Test func `joins what a schedule does about slots that cannot start in time`() throws {
        let folder = try Folder([
            "pgvigil.yaml": "targets: {main: postgres://h/shop}\n",
            "cron/a.cron": """
            0 1 * * * nightly-backup
            0 2 * * * nightly-backup catchup=latest overlap=skip late=1s
            0 3 * * * nightly-backup catchup=none overlap=wait late=366d
            0 4 * * * nightly-backup catchup=all:3 overlap=replace
            """,
        ])
        let (configuration, faults) = folder.examine()
        #expect(faults.isEmpty)
        let schedules = try #require(configuration?.schedules)
        #expect(schedules.map { "\($0.catchUp)" } == ["latest", "latest", "none", "all(3)"])
        #expect(schedules.map { "\($0.overlap)" } == ["skip", "skip", "wait", "replace"])
        #expect(
            schedules.map(\.late) == [
                .seconds(3600), .seconds(1), .seconds(366 * 86_400), .seconds(3600),
            ])
    }

    @Test func `names the steps of all jobs as their runs do`() throws {
        // Commands and hooks have limits of their own.
        let own: Set<StepName> = [.before, .command, .onFailure, .after]
        let steps = StepName.allCases.filter { !own.contains($0) }.map(\.rawValue)
        let limits = steps.map { "\($0): 1m" }.joined(separator: ", ")
        let folder = try Folder([
            "pgvigil.yaml": "targets: {main: postgres://h/shop}\n",
            "jobs/nightly.yaml": "timeouts: {\(limits)}\n",
        ])
        let job = try #require(folder.examine().configuration?.jobs.first)
        #expect(Set(job.stepTimeouts.keys) == Set(steps))
    }

    @Test func `finds every fault, not the first`() throws {
        let folder = try Folder([
            "pgvigil.yaml": "targets: {main: postgres://h/shop}\n",
            "jobs/nightly.yaml": "kind: backup\n",
            "jobs/broken.yaml": "kind: backup\nfromat: custom\n",
            "cron/a.cron": """
            0 1 * * * nightly
            0 1 * * * nightly
            0 2 * * * nigthly
            0 3 * * * nightly window=nights
            0 4 * * * nightly late=soon
            0 5 * * * nightly latte=2h
            0 0 30 2 * nightly
            CRON_TZ=Europe/Pari
            0 6 * * * nightly
            0 7 * * * broken
            CRON_TZ=UTC
            0 8 * * * nightly catchup=al overlap=wiat
            0 9 * * * nightly catchup=all:0 late=0s
            0 10 * * * nightly late=53w
            """,
        ])
        let path = folder.path
        #expect(
            folder.examine(named: path).faults.map { $0.replacing("\(path)/", with: "") } == [
                "jobs/broken.yaml:2:1: config.unknown-key", "cron/a.cron:2:1: wiring.duplicate-schedule",
                "cron/a.cron:3:11: wiring.no-such-job", "cron/a.cron:4:19: wiring.window-unknown",
                "cron/a.cron:5:19: measure.not-a-duration", "cron/a.cron:6:19: wiring.option-unknown",
                "cron/a.cron:7:1: cron.never-fires", "cron/a.cron:8:9: wiring.unknown-zone",
                "cron/a.cron:8:9: wiring.unknown-zone",
                "cron/a.cron:12:19: schedule.not-a-catchup", "cron/a.cron:12:30: schedule.not-an-overlap",
                "cron/a.cron:13:19: schedule.not-a-catchup", "cron/a.cron:13:33: wiring.late-out-of-bounds",
                "cron/a.cron:14:20: wiring.late-out-of-bounds",
            ])
    }

    @Test func `says when the named folder is not there, and when a file is no text`() throws {
        let folder = try Folder()
        #expect(folder.examine(named: "elsewhere").faults == ["wiring.no-such-directory"])
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/jobs", withIntermediateDirectories: true)
        try Data([0xFF, 0xFE, 0x00]).write(to: URL(filePath: "\(folder.path)/jobs/a.yaml"))
        #expect(folder.examine().faults == ["wiring.unreadable"])
    }

    @Test func `does not take a cron that cannot be listed for none`() throws {
        let folder = try Folder(["jobs/nightly.yaml": "kind: backup\n", "cron": "0 1 * * * nightly\n"])
        #expect(folder.examine().faults == ["wiring.unreadable"])
        #expect(try Folder(["jobs/nightly.yaml": "kind: backup\n"]).examine().configuration?.schedules == [])
    }

    @Test func `names the job that is not there`() throws {
        let configuration = try #require(try Folder().examine().configuration)
        #expect(
            throws: WiringFault.noSuchJob(
                "nightly", known: ["nightly-backup", "tidy", "verify-stores", "weekly-drill"])
        ) {
            try configuration.job(named: "nightly")
        }
    }

    @Test func `reads stores without a database, when that is all that is asked`() throws {
        let loader = ConfigurationLoader(surroundings: try Folder().surroundings(), directory: nil)
        #expect(try loader.load(needsTargets: false).settings.stores.map(\.name) == ["local"])
        #expect(throws: FaultList.self) { try loader.load() }
    }
}
