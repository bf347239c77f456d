/// The hours of windows that are learned: they change by themselves, so somebody should be able to see which hold.
extension StatusFindings {
    /// One for each job and learned window of its schedules.
    var hours: [StatusView.Finding] {
        var told: Set<[String]> = []
        return facts.schedules.compactMap { schedule in
            guard let window = schedule.window, let note = window.note,
                told.insert([schedule.key.job, window.name]).inserted
            else { return nil }
            // Without the catalog the note tells of a choice that could not be read.
            let text =
                facts.records == nil
                ? "which hours its window '\(window.name)' has learned is not known while the catalog is down"
                : "its window '\(window.name)' \(note)"
            return StatusView.Finding(
                weight: .note, kind: "hours", subject: schedule.key.job, text: text, remedy: nil)
        }
    }
}
