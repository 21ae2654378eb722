import ArgumentParser

/// How a report is printed.
package enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case text
  case json
}
