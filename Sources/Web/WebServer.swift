import Faults
import Hummingbird
package import Jobs
import Logging
import NIOCore
import NIOPosix

/// A small HTTP server for metrics and health: a few pages, made anew for each request.
///
/// It has one event-loop thread. Nothing of what it serves is secret, and nothing that it is sent changes anything.
package struct WebServer: Sendable {
    /// The port that it listens on; another than asked for where that was 0.
    package let port: Int
    private let service: Task<Void, Never>
    private let group: MultiThreadedEventLoopGroup

    /// Listens and serves until ``stop()``.
    ///
    /// - Parameter pages: By path, such as `/metrics`; every other path is answered with 404.
    /// - Throws: ``WebFault`` if nothing can listen there.
    package static func start(
        _ address: WebSettings.Address, pages: [String: @Sendable () async -> WebPage]
    ) async throws(WebFault) -> WebServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let (faults, fault) = AsyncStream<String>.makeStream()
        let application = application(address, pages, group) { channel in
            port.yield(channel.localAddress?.port ?? address.port)
        }
        let service = Task {
            do {
                try await application.run()
            } catch {
                fault.yield("\(error)")
            }
            port.finish()
            fault.finish()
        }
        for await port in ports { return WebServer(port: port, service: service, group: group) }
        var reason = "it ended at once"
        for await text in faults { reason = text }
        await stop(group)
        throw .cannotListen(address: "\(address.host):\(address.port)", reason: reason)
    }

    /// Stops listening, breaks connections off, and ends its thread.
    package func stop() async {
        service.cancel()
        await service.value
        await Self.stop(group)
    }

    private static func stop(_ group: MultiThreadedEventLoopGroup) async {
        // It fails only for a group that is shut down already.
        try? await group.shutdownGracefully()
    }

    private static func application(
        _ address: WebSettings.Address, _ pages: [String: @Sendable () async -> WebPage],
        _ group: MultiThreadedEventLoopGroup, started: @escaping @Sendable (any Channel) -> Void
    ) -> some ApplicationProtocol {
        let router = Router()
        for (path, page) in pages {
            router.get(RouterPath(path)) { _, _ in answer(await page()) }
        }
        // What goes wrong between it and a browser is nobody's business here.
        let logger = Logger(label: "web") { _ in SwiftLogNoOpLogHandler() }
        return Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil),
            onServerRunning: { channel in started(channel) },
            eventLoopGroupProvider: .shared(group), logger: logger)
    }

    private static func answer(_ page: WebPage) -> Response {
        Response(
            status: page.isGood ? .ok : .serviceUnavailable,
            headers: [.contentType: page.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.text)))
    }
}
