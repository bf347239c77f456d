import Faults
import Measures
import Policy

extension Form where Value == Window.Opening {
    /// One opening.
    static let opening = Form<String>.text(
        "opening", pattern: "^([A-Za-z,-]+ +)?[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$"
    ).map { text, field -> Window.Opening? in
        do throws(PolicyFault) {
            return try Window.Opening.parse(text)
        } catch {
            field.findings.add(AnyFault(error, at: field.place))
            return nil
        }
    }
}

extension Form where Value == Window.ClosedDays {
    /// A day, or the first and the last of several.
    static let closedDays = Form<String>.text(
        "day or range of days", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(\\.\\.[0-9]{4}-[0-9]{2}-[0-9]{2})?$"
    ).map { text, field -> Window.ClosedDays? in
        do throws(PolicyFault) {
            return try Window.ClosedDays.parse(text)
        } catch {
            field.findings.add(AnyFault(error, at: field.place))
            return nil
        }
    }
}

extension Form where Value == [GuardRule] {
    /// `{active_sessions: 40, load: 1.5}`, in the order of ``GuardKind``.
    static let guards = Form.section(GuardKeys.all.map(\.key.declaration), owner: "guards") { section in
        GuardKeys.all.compactMap { kind, key in
            section.value(key).map { GuardRule(kind: kind, limit: $0) }
        }
    }
}

extension Form where Value == Window {
    /// One opening, a list of them, or `{zone: …, open: …, closed: …, guards: …}`.
    static let window: Form = {
        let openings = Form<Window.Opening>.opening.oneOrMany
        let longer = Form.section(WindowKeys.all, owner: "a window") { section in
            let zone = section.value(WindowKeys.zone)
            let closed = section.value(WindowKeys.closed) ?? []
            let guards = section.value(WindowKeys.guards) ?? []
            return section.required(WindowKeys.open).map {
                Window(zoneName: zone, openings: $0, closed: closed, guards: guards)
            }
        }
        return Form(shape: .either([openings.shape, longer.shape])) { field in
            if field.isList || field.written != nil {
                return openings.read(field).map { Window(openings: $0) }
            }
            return longer.read(field)
        }
    }()
}
