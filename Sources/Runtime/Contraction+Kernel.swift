import CHostKernels
import Foundations
import Operations

extension Contraction {
  func kernel(_ site: OperationSite) throws(TesseraError) -> Kernel {
    let type = try site.kernelType(site.operandTypes[0].element)
    let partialsType = try site.kernelType(partials)
    // Kernels keep partial sums in f32 and round once. Rounding to f16 before the store in f16 is the
    // same; before a store in f32 it would be another number.
    guard type == partialsType || type == hk_f16 else {
      throw TesseraError(
        .incompatible, code: .unsupportedPartials,
        "function '\(site.function)', '\(site.mnemonic)': the device ipu-model does not keep "
          + "partial sums in \(partials.rawValue) for operands of type "
          + site.operandTypes[0].element.rawValue,
        remedies: ["compile with partials of type f32"])
    }
    let extents: Extents
    do {
      extents = try self.extents(site.operandTypes[0], site.operandTypes[1])
    } catch {
      preconditionFailure("a valid program's operands fit: \(error)")
    }
    var problem = hk_matmul_problem()
    problem.input = type
    problem.output = try site.kernelType(site.resultTypes[0].element)
    problem.batch = Int64(extents.batch)
    problem.m = Int64(extents.rows)
    problem.n = Int64(extents.columns)
    problem.k = Int64(extents.contracted)
    problem.transpose_a = transposesLeft
    problem.transpose_b = transposesRight
    problem.batch_stride_a = problem.m * problem.k
    problem.batch_stride_b = problem.k * problem.n
    problem.batch_stride_c = problem.m * problem.n
    let (a, b, c) = (site.operands[0], site.operands[1], site.results[0])
    return { [problem] machine in
      var placed = problem
      placed.a = UnsafeRawPointer(machine[a])
      placed.b = UnsafeRawPointer(machine[b])
      placed.c = machine[c]
      hk_matmul(machine.pool, &placed)
    }
  }
}
