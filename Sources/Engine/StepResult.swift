import Faults
import Measures

/// What a step of a backup came to: the event for the machine, and what people read of it.
struct StepResult: StepReport {
    var event: BackupMachine.Event
    var detail: String
    var bytes: ByteCount?

    var fault: AnyFault? {
        switch event {
        case .failed(let fault), .undecided(let fault): fault
        case .foundDatabases(_, let refused): refused.first?.fault
        case .begin, .resume, .done, .tooLate, .refused, .stopAsked: nil
        }
    }

    static func failed(_ fault: AnyFault) -> StepResult { StepResult(event: .failed(fault), detail: "") }
}
