package import FoundationEssentials

/// Whether a window is open.
extension Window {
    /// Whether work may go on at this instant; the start of an opening belongs to it, its end does not.
    ///
    /// Times are civil times: in the night when clocks change, an opening lasts as long as its clock times
    /// do.
    /// - Parameter offset: seconds east of UTC at an instant, for the window's zone.
    package func contains(_ date: Date, offset: (Date) -> Int) -> Bool {
        let civil = CivilTime(date, offset: offset)
        let minute = civil.secondOfDay / 60
        let yesterday = (civil.weekday + 6) % 7
        return openings.contains { opening in
            let overnight = opening.to <= opening.from
            if opening.weekdays.contains(civil.weekday), minute >= opening.from,
                overnight || minute < opening.to
            {
                return true
            }
            return overnight && opening.weekdays.contains(yesterday) && minute < opening.to
        }
    }
}
