import Testing
@testable import Archiving
@Suite struct `Smoke` { @Test func `x`() {} }
