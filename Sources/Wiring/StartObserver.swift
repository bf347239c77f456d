import Engine

/// Tells of each start as well, for those who wait for a sign of life.
struct StartObserver: RunObserver {
    let observer: any RunObserver
    let desk: DeliveryDesk

    func observe(_ note: RunNote) {
        observer.observe(note)
        if case .began(let run) = note { desk.tell(.started(run)) }
    }
}
