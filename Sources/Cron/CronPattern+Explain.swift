extension CronPattern { package func explain(in zone: Zone?) -> String { "" } }
