import Measures
import Policy

extension Form where Value == NamePattern {
    /// `schema.name`, or `name` for any schema, as the catalog has it.
    static let objectPattern = Form<String>.glob.map { text, field -> NamePattern? in
        guard !text.contains("\"") else {
            field.refuse(
                because: "names are written without double quotes",
                remedy: "Write the name as the catalog has it, such as Sales.Orders.")
            return nil
        }
        guard !text.hasPrefix("."), !text.hasSuffix(".") else {
            field.refuse(
                because: "one of the schema and the name is missing",
                remedy: "Write schema.name, or the name alone.")
            return nil
        }
        return NamePattern(text, isPattern: Glob.isPattern(text), matches: Glob.matcher(text))
    }
}

extension Form where Value == ByteCount {
    /// A size that is more than nothing.
    static let positive = Form.byteCount.map { size, field -> ByteCount? in
        guard size > .zero else {
            field.refuse(because: "it is nothing", remedy: "Write a size above 0, or remove the line.")
            return nil
        }
        return size
    }

    /// What `BUFFER_USAGE_LIMIT` takes (manual, "VACUUM").
    static let bufferLimit = Form.byteCount.map { size, field -> ByteCount? in
        guard (ByteCount(128 << 10)...ByteCount(16 << 30)).contains(size) else {
            field.refuse(
                because: "PostgreSQL takes 128KiB to 16GiB", remedy: "Write a size of 128KiB to 16GiB.")
            return nil
        }
        return size
    }
}

extension Form where Value == FreezeLimits {
    static let freeze = switched(
        off: FreezeLimits(choice: .off), on: FreezeLimits(),
        Form.section(NeedKeys.ofFreeze, owner: "freeze") { section in
            let share = section.value(NeedKeys.share)
            let age = section.value(NeedKeys.emergencyAge)
            guard let choice = section.choice("0"), let share, let age else { return nil }
            return FreezeLimits(choice: choice, share: share, emergencyAge: Int64(age))
        })
}

extension Form where Value == VacuumLimits {
    static let vacuum = switched(
        off: VacuumLimits(choice: .off), on: VacuumLimits(),
        Form.section(NeedKeys.ofVacuum, owner: "vacuum") { section in
            let factor = section.value(NeedKeys.vacuumFactor)
            guard let choice = section.choice("64KiB"), let factor else { return nil }
            return VacuumLimits(choice: choice, factor: factor)
        })
}

extension Form where Value == AnalyzeLimits {
    static let analyze = switched(
        off: AnalyzeLimits(choice: .off), on: AnalyzeLimits(),
        Form.section(NeedKeys.ofAnalyze, owner: "analyze") { section in
            let factor = section.value(NeedKeys.analyzeFactor)
            let every = section.value(NeedKeys.parentsEvery)
            guard let choice = section.choice("0"), let factor, let every else { return nil }
            return AnalyzeLimits(choice: choice, factor: factor, parentsEvery: every)
        })
}

extension Form where Value == ReindexLimits {
    static let reindex = switched(
        off: ReindexLimits(choice: .off), on: ReindexLimits(),
        Form.section(NeedKeys.ofReindex, owner: "reindex") { section in
            let factor = section.value(NeedKeys.reindexFactor)
            guard let choice = section.choice("10MiB"), let factor else { return nil }
            return ReindexLimits(choice: choice, factor: factor)
        })
}

extension Form where Value: Sendable {
    /// `false` or `true` in place of a section.
    fileprivate static func switched(off: Value, on: Value, _ section: Form) -> Form {
        .either(text: Form<Bool>.flag.map { isOn, _ -> Value? in isOn ? on : off }, longer: section)
    }
}

extension ObjectChoice {
    fileprivate static let off = ObjectChoice(isOn: false)
}

extension Section {
    /// The keys that all classes have; nil after a fault was reported.
    fileprivate func choice(_ sizeMin: String) -> ObjectChoice? {
        let minKey = NeedKeys.sizeMin(sizeMin)
        let most = value(NeedKeys.sizeMax)
        let include = value(NeedKeys.include)
        let exclude = value(NeedKeys.exclude) ?? []
        guard let least = value(minKey) else { return nil }
        if let most, most < least {
            report(
                .contradiction(
                    "'\(path).max_size' is below its min_size, \(least), so that nothing is left",
                    remedy: "Write a larger max_size, or a smaller min_size."),
                at: keyPlace("max_size"))
            return nil
        }
        for pattern in include ?? [] where exclude.contains(pattern) {
            report(
                .contradiction(
                    "'\(pattern.text)' is both in '\(path).include' and in '\(path).exclude'",
                    remedy: "Remove it from one of the two."),
                at: place(NeedKeys.exclude))
            return nil
        }
        return ObjectChoice(sizeMin: least, sizeMax: most, include: include, exclude: exclude)
    }
}
