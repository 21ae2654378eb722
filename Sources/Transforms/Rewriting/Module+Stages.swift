import GraphIR

extension Module {
  /// The names of the functions of stages, and of those that call one, directly or through others.
  var functionsThatLeadToStages: Set<String> {
    var found = Set(functions.filter { $0.placement != nil }.map(\.name))
    guard !found.isEmpty else { return [] }
    var grows = true
    while grows {
      grows = false
      for function in functions where !found.contains(function.name) {
        if function.callees.contains(where: found.contains) {
          found.insert(function.name)
          grows = true
        }
      }
    }
    return found
  }
}
