import Engine

/// Tells those who want to hear of it of each start, and of maintenance that does not get its turn.
struct StartObserver: RunObserver {
    let observer: any RunObserver
    let desk: DeliveryDesk

    func observe(_ note: RunNote) {
        observer.observe(note)
        if case .began(let run) = note { desk.tell(.started(run)) }
        if case .maintenanceStanding(let standing) = note { desk.tell(.objectives(standing.news)) }
    }
}
