import Simulation
import Testing

@Suite struct `Chance of a seed` {
    @Test func `is the same every time`() {
        var (one, other) = (Chance(7), Chance(7))
        #expect(one.uuid() == other.uuid())
    }
}
