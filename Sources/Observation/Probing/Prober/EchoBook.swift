import Health
import Synchronization

/// In which name each target usually answers: its own, or one that stands behind an alias.
///
/// The first answer settles nothing, since it may have come from a stand-in; the second in the same name does. From then
/// on another name is another model, until the operator accepts it (`answersAs`) or the prober starts anew.
final class EchoBook: Sendable {
    private struct Page: Hashable {
        var modelID: ModelID
        var baseURL: String
        var model: String
        var target: String
    }
    private struct Echo {
        var name: String
        var isSettled: Bool
    }
    private let pages = Mutex<[Page: Echo]>([:])

    private func page(_ target: ModelTarget, _ modelID: ModelID) -> Page {
        Page(modelID: modelID, baseURL: target.baseURL, model: target.model, target: target.name)
    }

    /// `nil` before any answer.
    func usualName(of target: ModelTarget, of modelID: ModelID) -> String? {
        let page = page(target, modelID)
        return pages.withLock { $0[page]?.name }
    }

    /// A good answer came in this name.
    ///
    /// - Parameter isOwn: it is the name that was asked for, a version of it, or one that the operator accepts: then it
    ///   needs no second word.
    func heard(_ name: String, isOwn: Bool, from target: ModelTarget, of modelID: ModelID) {
        let page = page(target, modelID)
        pages.withLock { pages in
            let known = pages[page]
            guard !(known?.isSettled ?? false) else { return }
            pages[page] = Echo(name: name, isSettled: isOwn || name == known?.name)
        }
    }

    /// Keeps only what is known of these models.
    func keep(_ models: [ModelID: ModelConfig]) {
        pages.withLock { pages in pages = pages.filter { models[$0.key.modelID] != nil } }
    }
}
