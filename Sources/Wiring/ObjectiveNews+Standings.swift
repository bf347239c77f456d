import Engine
import Policy

extension ObjectiveNews {
    /// What a look at the standings of all databases found.
    init(_ standings: [DatabaseStanding]) {
        var judged: [String] = []
        var breaches: [BreachNews] = []
        for standing in standings {
            let name = "\(standing.target)/\(standing.database.isEmpty ? "*" : standing.database)"
            for judgement in standing.judgements {
                let owner = judgement.job.map { "@\($0)" } ?? ""
                let subject = "objective/\(name)\(owner)/\(judgement.kind.rawValue)"
                judged.append(subject)
                guard let breach = judgement.breach else { continue }
                breaches.append(
                    BreachNews(
                        subject: subject, text: "\(name): \(breach)", target: standing.target,
                        job: judgement.job))
            }
        }
        self.init(judged: judged, breaches: breaches)
    }
}
