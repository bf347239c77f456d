import Databases
import Engine
import FoundationEssentials
import Glibc
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A template of clusters` {
    @Test func `is made by the first cluster, is copied by the next, and both are of their own`() async throws
    {
        let drill = try await DrillServer(version: 15)
        let template = try #require(try drill.scratch.names().first { $0.hasPrefix("template-15.") })
        let first = try await drill.server.facts().systemIdentifier
        let second = try await drill.port.startThrowaway(DrillServer.wish(15))
        #expect(try await second.facts().systemIdentifier == first, "a copy has the number of its original")
        try await drill.perform("CREATE DATABASE mine")
        #expect(try await second.facts().databases == ["postgres", "template0", "template1"])
        await second.stop()
        await drill.server.stop()
        #expect(try drill.scratch.names() == [".lock", template])
    }

    @Test(arguments: ["marker", "file", "size", "boot"])
    func `that is not whole is made anew`(damage: String) async throws {
        let drill = try await DrillServer(version: 15)
        await drill.server.stop()
        let template = try #require(try drill.scratch.names().first { $0.hasPrefix("template-") })
        let path = "\(drill.scratch.directory)/\(template)"
        switch damage {
        case "marker": unlink(path + "/whole")
        case "file": unlink(path + "/data/global/pg_control")
        case "boot":
            let marker = try String(contentsOfFile: path + "/whole", encoding: .utf8)
            try marker.replacing(#/boot [^,]+/#, with: "boot of yesterday").write(
                toFile: path + "/whole", atomically: false, encoding: .utf8)
        default: truncate(path + "/data/base/1/1259", 0)
        }
        let again = try await drill.port.startThrowaway(DrillServer.wish(15))
        #expect(try await again.facts().major == 15)
        await again.stop()
        let marker = try String(contentsOfFile: path + "/whole", encoding: .utf8)
        #expect(marker.hasPrefix("boot ") && !marker.contains("yesterday"))
        #expect(FileManager.default.fileExists(atPath: path + "/data/global/pg_control"))
        let third = try await drill.port.startThrowaway(DrillServer.wish(15))
        await third.stop()
        #expect(try drill.scratch.names() == [".lock", template])
    }

    @Test func `of an older minor version goes when the newer one is made`() async throws {
        let scratch = try Scratch()
        let manager = FileManager.default
        for name in ["template-15.1", "template-16.1"] {
            try manager.createDirectory(
                atPath: "\(scratch.directory)/\(name)/data", withIntermediateDirectories: true)
        }
        let port = RestoreServers(binaries: await TemporaryServer.installed(), base: scratch.directory)
        await (try port.startThrowaway(DrillServer.wish(15))).stop()
        let names = try scratch.names().filter { $0.hasPrefix("template-") }
        #expect(names.count == 2 && !names.contains("template-15.1") && names.contains("template-16.1"))
    }

    @Test(.enabled(if: geteuid() == 0))
    func `cannot be entered by the user that runs the servers`() async throws {
        let drill = try await DrillServer(version: 15)
        await drill.server.stop()
        let template = try #require(try drill.scratch.names().first { $0.hasPrefix("template-") })
        var status = stat()
        #expect(lstat("\(drill.scratch.directory)/\(template)/data", &status) == 0)
        #expect(status.st_uid == 0 && status.st_mode & 0o777 == 0o700)
    }
}
