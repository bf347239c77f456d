import Policy

extension Form where Value == [String] {
    /// A program and its arguments, which no shell looks at.
    static let command: Form = {
        let words = Form<String>.text("program and arguments").list
        return Form(shape: words.shape) { field in
            guard field.isList || field.isNull else {
                field.report(
                    .wrongShape(
                        field.path,
                        expected: "a list of a program and its arguments, such as [program, --flag]"))
                return nil
            }
            return words.read(field)
        }
    }()
}

extension Form where Value == Hooks {
    /// `{before: […], after: […], on_failure: […], timeout: 5m}`.
    static let hooks = Form.section(HookKeys.all, owner: "hooks") { section in
        let before = section.value(HookKeys.before)
        let after = section.value(HookKeys.after)
        let onFailure = section.value(HookKeys.onFailure)
        return section.value(HookKeys.timeout).map {
            Hooks(before: before, after: after, onFailure: onFailure, timeout: $0)
        }
    }
}

extension Form where Value == [String: Duration] {
    /// Limits of steps by their names.
    static let timeouts = Form.section(TimeoutKeys.all.map(\.declaration), owner: "timeouts") { section in
        let pairs = TimeoutKeys.all.compactMap { key in
            section.value(key).map { (key.declaration.name, $0) }
        }
        return Dictionary(pairs) { _, last in last }
    }
}

extension Form where Value == [String: String] {
    /// What a daemon is: `{site: fra}`.
    static let labels = Form<String>.label.named("label").map { entries, _ -> [String: String]? in
        let pairs = entries.compactMap { entry in entry.value.map { (entry.name, $0) } }
        guard pairs.count == entries.count else { return nil }
        return Dictionary(pairs) { _, last in last }
    }
}

extension Form where Value == String {
    /// One word, at most 63 bytes.
    static let label = Form.text("word", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$").map {
        text, field -> String? in
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "._-".utf8.contains(byte)
        }
        guard isPlain, text.utf8.count <= 63, text.first.map({ !"._-".contains($0) }) == true else {
            field.refuse(
                because: "it is not one word",
                remedy: "Use letters, digits, '.', '-' and '_', at most 63, and begin with a letter or digit."
            )
            return nil
        }
        return text
    }
}

extension Form where Value == Objectives {
    /// `{backup_age: 26h, proven_age: 8d, recovery_time: 30m}`.
    static let objectives = Form.section(ObjectiveKeys.all, owner: "objectives") { section in
        Objectives(
            backupAge: section.value(ObjectiveKeys.backupAge),
            provenAge: section.value(ObjectiveKeys.provenAge),
            recoveryTime: section.value(ObjectiveKeys.recoveryTime))
    }
}
