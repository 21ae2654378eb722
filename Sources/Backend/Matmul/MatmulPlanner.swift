import Foundations
import IPUTarget

/// Finds how to lay products over the tiles of an IPU.
package struct MatmulPlanner: Sendable {
  let ipu: IPU
  private var plans: [Question: MatmulPlan] = [:]
  var trainings: [Question: MatmulTraining] = [:]

  /// Plans products for `ipu`.
  package init(ipu: IPU) { self.ipu = ipu }

  /// What answers are remembered by.
  struct Question: Hashable {
    var shape: MatmulShape
    var limit: Int
  }

  /// The plan with the fewest cycles of those whose temporary bytes on the fullest tile are at most
  /// `limit`; of equal ones that with the fewest temporary bytes, then steps, then tiles.
  ///
  /// Where none is within the limit, the plan is one with the fewest temporary bytes, and says that it is
  /// not.
  ///
  /// A result of more than 10 KiB is spread over at least half of the tiles without being asked to: on
  /// fewer tiles, one of its extents can be cut into twice as many parts, whose blocks take fewer cycles.
  package mutating func plan(_ shape: MatmulShape, temporaryBytes limit: Int) -> MatmulPlan {
    let question = Question(shape: shape, limit: limit)
    if let plan = plans[question] { return plan }
    let plan = search(shape, limit)
    plans[question] = plan
    return plan
  }

  /// Takes a plan that was chosen for its company.
  mutating func remember(_ plan: MatmulPlan, for shape: MatmulShape, _ limit: Int) {
    plans[Question(shape: shape, limit: limit)] = plan
  }

  private func search(_ shape: MatmulShape, _ limit: Int) -> MatmulPlan {
    let model = MatmulCostModel(ipu, shape)
    if let plan = model.best(.cycles(temporaryBytes: limit)) { return plan }
    guard var plan = model.best(.temporaryBytes) else {
      preconditionFailure("a product has a plan on one tile")
    }
    plan.isWithinLimit = false
    return plan
  }
}

extension MatmulCostModel {
  fileprivate func best(_ goal: MatmulSearch.Goal) -> MatmulPlan? {
    var search = MatmulSearch(self, goal)
    return search.run()
  }
}
