import Glibc

/// The pipes of one child.
struct ChildPipes: Sendable {
    /// Nil where standard output is thrown away.
    let output: PipePair?
    /// Standard error.
    let errors: PipePair
    /// What the child gets as standard output; whoever starts the child closes it.
    let outputEnd: Int32

    /// Makes all of them or none.
    ///
    /// - Parameter input: What the child was to read from, closed if there are no pipes.
    init(withOutput: Bool, closingOnFault input: Int32) throws(ProcessFault) {
        let errors: PipePair
        do throws(ProcessFault) { errors = try PipePair() } catch {
            close(input)
            throw error
        }
        do throws(ProcessFault) {
            output = withOutput ? try PipePair() : nil
            outputEnd = output?.write ?? open("/dev/null", O_WRONLY | O_CLOEXEC)
            guard outputEnd >= 0 else { throw .noPipe(reason: String(cString: strerror(errno))) }
        } catch {
            close(input)
            close(errors.read)
            close(errors.write)
            throw error
        }
        self.errors = errors
    }

    /// Closes our ends, upon which a child that still writes is sent SIGPIPE.
    func closeReadingEnds() {
        if let output { close(output.read) }
        close(errors.read)
    }
}
