// Allowances belong to the account: what one model of a key is told holds for all of them.
extension HealthEngine {
    /// Takes up which targets share an account; what is known of accounts that stay is kept.
    mutating func configureAccounts(at now: Moment) {
        var known: [Account: Int] = [:]
        let old = accounts
        let oldIndexes = accountIndexes
        accounts = []
        for index in models.indices {
            let provider = models[index].config.provider
            for target in models[index].targets.indices {
                let config = models[index].config.targets[target]
                let account = Account(config, provider: provider)
                let position = known[account] ?? accounts.count
                if known[account] == nil {
                    known[account] = position
                    var track = oldIndexes[account].map { old[$0] } ?? AccountTrack()
                    (track.targets, track.wanted) = (0, 0)
                    accounts.append(track)
                }
                accounts[position].configure(config.limit, probeShare: config.probeShare)
                models[index].targets[target].account.index = position
                models[index].targets[target].account.share = Double(accounts[position].targets)
                accounts[position].targets += 1
                accounts[position].wanted += 1 / max(models[index].targets[target].interval, 0.001)
            }
            for check in models[index].checks.indices {
                models[index].checks[check].account.index = models[index].targets.first?.account.index ?? -1
            }
        }
        accountIndexes = known
        for index in models.indices {
            for target in models[index].targets.indices {
                let place = models[index].targets[target].account
                models[index].targets[target].account.share = place.share / Double(accounts[place.index].targets)
            }
        }
        sharedFaults.paces = [:]
        for index in accounts.indices { sharedFaults.paces[index] = accounts[index].pace(at: now) }
    }

    /// A look beside the schedule left.
    mutating func spend(_ key: ProbeKey, model index: Int, reason: ProbeReason, at now: Moment) {
        guard reason != .scheduled, reason != .rateLimited, !sharedFaults.paces.isEmpty, key.check == nil,
            let position = models[index].position(of: key)
        else { return }
        let account = models[index].targets[position].account.index
        guard accounts.indices.contains(account), sharedFaults.paces[account] != nil else { return }
        accounts[account].spend(at: now)
        sharedFaults.paces[account] = accounts[account].pace(at: now)
    }

    /// Takes up what an answer says of the account; a changed pace is every model's of it.
    mutating func noteAllowance(
        _ result: ProbeResult, of key: ProbeKey, model index: Int, at now: Moment, into actions: inout Actions
    ) {
        guard result.allowance != nil || result.outcome.class == .rateLimited || !sharedFaults.paces.isEmpty,
            let position = models[index].position(of: key)
        else { return }
        let account = models[index].targets[position].account.index
        guard accounts.indices.contains(account) else { return }
        let isChanged = accounts[account].note(result, at: now, policy)
        sharedFaults.paces[account] = accounts[account].pace(at: now)
        guard isChanged else { return }
        for other in models.indices where other != index {
            guard models[other].targets.contains(where: { $0.account.index == account }) else { continue }
            settle(other, at: now, into: &actions)
        }
    }
}
