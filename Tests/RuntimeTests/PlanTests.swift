import Bundle
import Foundations
import GraphIR
import Interpreter
import Operations
import Runtime
import Testing

/// Calls, repeats and the reuse of memory: what the engine computes must not depend on where it keeps
/// things. Values are whole numbers, so that results are exact.
@Suite struct PlanTests {
  /// Each operation's result takes its operand's place, where that is dead.
  @Test func chainsComputeInPlace() throws {
    let module = module(
      function("main", [matrix, matrix]) { f, a in
        var x = f.add(a[0], a[1])
        let kept = x
        for _ in 0..<4 { x = f.multiply(f.add(x, a[1]), a[0]) }
        return [x, f.subtract(x, kept), kept]
      })
    try expectSame(module, "main", [counting([3, 5]), counting([3, 5], from: 4)])
  }

  @Test func arenaIsSmallerThanAllValues() throws {
    let type = TensorType([64, 64], .f32)
    let module = module(
      function("main", [type]) { f, a in
        var x = a[0]
        for _ in 0..<50 { x = f.transpose(f.unary(.negate, x), [1, 0]) }
        return [x]
      })
    let engine = try Engine(try program(module))
    #expect(engine.arenaByteCount <= 3 * type.byteCount)
    try expectSame(module, "main", [counting([64, 64])])
  }

  /// An operand that is broadcast, or used again, is not overwritten.
  @Test func operandsThatAreNeededStay() throws {
    let row = TensorType([5], .f32)
    let module = module(
      function("main", [matrix, row]) { f, a in
        let r = f.add(a[1], a[1])
        let m = f.add(a[0], r)
        let sum = f.add(m, r)
        let twice = f.add(sum, sum)
        return [f.multiply(sum, twice), f.subtract(r, r), f.sum(sum, axes: [0])]
      })
    try expectSame(module, "main", [counting([3, 5]), counting([5], from: 2)])
  }

  @Test func reshapesAreOtherNames() throws {
    let module = module(
      function("main", [matrix]) { f, a in
        let x = f.add(a[0], a[0])
        let flat = f.reshape(x, [15])
        let negated = f.unary(.negate, flat)
        let tall = f.reshape(flat, [5, 3])
        return [f.reshape(a[0], [15]), flat, negated, tall, x, f.reshape(negated, [15, 1])]
      })
    try expectSame(module, "main", [counting([3, 5])])
  }

  /// Results that are arguments, constants, or one value twice are copied.
  @Test func anythingCanBeReturned() throws {
    let helper = function("helper", [matrix, matrix]) { f, a in
      let sum = f.add(a[0], a[1])
      let seven = f.splat(7, matrix)
      return [a[1], sum, sum, seven, a[0], a[1], f.splat(3, TensorType([40, 40], .f32))]
    }
    let main = function("main", [matrix, matrix]) { f, a in
      let first = f.call(helper, [a[1], a[0]])
      let second = f.call(helper, [first[1], first[0]])
      return first + second + [a[0]]
    }
    try expectSame(
      module(helper, main), "main", [counting([3, 5]), counting([3, 5], from: 7)])
    try expectSame(
      module(helper, main), "helper", [counting([3, 5]), counting([3, 5], from: 7)])
  }

  /// A function's frame does not touch those of its callers.
  @Test func callsNest() throws {
    let inner = function("inner", [matrix]) { f, a in
      let x = f.add(a[0], a[0])
      return [f.subtract(f.multiply(x, x), a[0])]
    }
    let middle = function("middle", [matrix, matrix]) { f, a in
      let x = f.transpose(f.transpose(a[0], [1, 0]), [1, 0])
      let y = f.call(inner, [f.add(a[1], x)])[0]
      return [f.add(y, x), f.call(inner, [y])[0]]
    }
    let main = function("main", [matrix]) { f, a in
      let kept = f.unary(.negate, a[0])
      let results = f.call(middle, [a[0], kept])
      let own = f.call(inner, [kept])[0]
      return [f.add(results[0], kept), f.add(results[1], own)]
    }
    try expectSame(module(inner, middle, main), "main", [counting([3, 5])])
  }

  @Test func repeatsAccumulateInPlace() throws {
    let type = TensorType([64, 64], .f32)
    let step = function("step", [type, scalarIndex]) { f, a in
      [f.add(a[0], f.convert(a[1], to: .f32))]
    }
    let main = function("main", [type]) { f, a in
      let zeros = f.splat(0, type)
      return f.repeat(count: 5, [zeros]) { f, iteration, carried in
        let value = f.call(step, [a[0], iteration])[0]
        return [f.add(value, carried[0])]
      }
    }
    let module = module(step, main)
    try expectSame(module, "main", [counting([64, 64])])
    // What is added up lies in the result's place: the arena holds the value of an iteration alone.
    #expect(try Engine(try program(module)).arenaByteCount < 2 * type.byteCount)
  }

  /// What functions add to an accumulator goes through calls, and through the sums of a function, in
  /// one place: the arena holds the result of the first and what is added.
  @Test func accumulatorsGoThroughCallsInPlace() throws {
    let type = TensorType([64, 64], .f32)
    let (part, rows) = (TensorType([8, 64], .f32), TensorType([3], .i32))
    let leaf = function("leaf", [type, part, scalarIndex]) { f, a in
      let number = f.convert(a[2], to: .f32)
      let first = f.accumulateSlice(a[0], f.multiply(a[1], number), starts: [8, 0])
      return [f.accumulateSlice(first, f.add(a[1], number), starts: [16, 0])]
    }
    let scattered = function("scattered", [rows, part, type]) { f, a in
      let updates = f.slice(a[1], starts: [0, 0], shape: [3, 64])
      return [f.accumulateRows(a[2], a[0], updates)]
    }
    let micro = function("micro", [rows, part, type, scalarIndex]) { f, a in
      let first = f.call(leaf, [a[2], a[1], a[3]])[0]
      let second = f.call(scattered, [a[0], a[1], first])[0]
      return [a[1], f.call(leaf, [second, a[1], a[3]])[0]]
    }
    let main = function("main", [rows, part]) { f, a in
      let zeros = f.splat(0, type)
      return f.repeat(count: 5, [zeros]) { f, iteration, carried in
        [f.call(micro, [a[0], a[1], carried[0], iteration])[1]]
      }
    }
    let module = module(leaf, scattered, micro, main)
    let indices = tensor(.i32, [3], 5, 63, 5)
    try expectSame(module, "main", [indices, counting([8, 64])])
    // Of the returned part, and of what is added.
    let engine = try Engine(try program(module), threads: 2)
    #expect(engine.laneCount == 1)
    #expect(engine.arenaByteCount < 6 * part.byteCount)
  }

  /// An accumulator that is read later, or that is a constant, stays as it is.
  @Test func accumulatorsInUseStay() throws {
    let add = function("add", [matrix, matrix]) { f, a in
      [f.accumulateSlice(a[0], f.slice(a[1], starts: [0, 0], shape: [1, 5]), starts: [2, 0])]
    }
    let main = function("main", [matrix, matrix]) { f, a in
      let kept = f.unary(.negate, a[0])
      let first = f.call(add, [kept, a[1]])[0]
      let second = f.call(add, [first, kept])[0]
      let zeros = f.call(add, [f.splat(0, matrix), first])[0]
      let twice = f.accumulateSlice(zeros, zeros, starts: [0, 0])
      return [f.call(add, [a[0], a[0]])[0], second, f.add(zeros, twice), kept]
    }
    try expectSame(module(add, main), "main", [counting([3, 5]), counting([3, 5], from: 3)])
  }

  /// Yielded values change places, leave the old ones in use, or come from outside.
  @Test func repeatsPermute() throws {
    let main = function("main", [matrix, matrix, matrix]) { f, a in
      let own = f.add(a[0], a[1])
      let results = f.repeat(count: 3, [a[0], own, a[2], a[0], own]) { f, iteration, c in
        let next = f.add(c[0], f.convert(iteration, to: .f32))
        return [c[1], next, next, f.subtract(c[3], c[4]), a[1]]
      }
      return results + [own]
    }
    try expectSame(
      module(main), "main",
      [counting([3, 5]), counting([3, 5], from: 3), counting([3, 5], from: 5)])
  }

  @Test func repeatsRotate() throws {
    let main = function("main", [matrix, matrix, matrix]) { f, a in
      f.repeat(count: 4, a) { f, _, c in [c[1], c[2], c[0]] }
    }
    try expectSame(
      module(main), "main",
      [counting([3, 5]), counting([3, 5], from: 3), counting([3, 5], from: 5)])
  }

  /// A carried value whose place another value takes before the next value is ready.
  @Test func carriedPlacesAreReused() throws {
    let main = function("main", [matrix, matrix]) { f, a in
      f.repeat(count: 3, [a[0], a[1]]) { f, _, c in
        let negated = f.unary(.negate, c[0])
        let product = f.multiply(negated, c[1])
        let late = f.add(negated, a[1])
        return [f.subtract(late, product), f.add(negated, late)]
      }
    }
    try expectSame(module(main), "main", [counting([3, 5]), counting([3, 5], from: 3)])
  }

  @Test func repeatsNestAndCapture() throws {
    let main = function("main", [matrix]) { f, a in
      let captured = f.add(a[0], a[0])
      let results = f.repeat(count: 3, [a[0]]) { f, outer, c in
        let scale = f.convert(outer, to: .f32)
        let inner = f.repeat(count: 2, [c[0], captured]) { f, number, d in
          let sum = f.add(d[0], f.multiply(captured, scale))
          return [f.add(sum, f.convert(number, to: .f32)), f.subtract(d[1], c[0])]
        }
        return [f.add(inner[0], inner[1])]
      }
      return [results[0], captured]
    }
    try expectSame(module(main), "main", [counting([3, 5])])
  }

  /// A call may write a carried value's next one over it only where it reads nothing of it later.
  @Test func calleesUpdateCarriedValues() throws {
    let late = function("late", [matrix, matrix]) { f, a in
      let product = f.multiply(a[0], a[1])
      let difference = f.subtract(product, a[0])
      return [product, f.add(difference, a[1])]
    }
    let main = function("main", [matrix, matrix]) { f, a in
      f.repeat(count: 3, a) { f, _, c in f.call(late, c) }
    }
    try expectSame(module(late, main), "main", [counting([3, 5]), counting([3, 5], from: 3)])
  }

  /// Of a carried value that is given as two arguments none may be read late.
  @Test func carriedValuesAreGivenTwice() throws {
    let callee = function("callee", [matrix, matrix]) { f, a in
      let negated = f.unary(.negate, a[0])
      return [negated, f.subtract(a[1], f.multiply(negated, negated))]
    }
    let main = function("main", [matrix, matrix]) { f, a in
      f.repeat(count: 3, a) { f, _, c in
        let results = f.call(callee, [c[0], c[0]])
        return [results[0], f.add(c[1], results[1])]
      }
    }
    try expectSame(
      module(callee, main), "main", [counting([3, 5]), counting([3, 5], from: 3)])
  }

  /// The inner repeat's values begin in each other's places.
  @Test func repeatsNestCrosswise() throws {
    let main = function("main", [matrix, matrix]) { f, a in
      f.repeat(count: 3, a) { f, outer, c in
        f.repeat(count: 2, [c[1], c[0]]) { f, _, d in
          [f.add(d[0], f.convert(outer, to: .f32)), f.unary(.negate, d[1])]
        }
      }
    }
    try expectSame(module(main), "main", [counting([3, 5]), counting([3, 5], from: 3)])
  }

  /// A deterministic random program: every way in which values are used, many times.
  @Test(arguments: 0..<150) func randomPrograms(seed: Int) throws {
    for replicas in 1...3 {
      var draws = RandomProgram(seed: UInt64(seed), replicas: replicas)
      let module = draws.module()
      try expectSame(
        module, "main",
        [counting([3, 4]), counting([3, 4], from: 5), counting([3, 4], from: 9)],
        replicas: replicas, threads: 1 + (seed + replicas) % 3, "seed \(seed), \(replicas) replicas"
      )
    }
  }
}

/// Draws programs of calls, repeats, reshapes and arithmetic on values below 97, kept there by a
/// bounded function, so that all numbers stay exact.
private struct RandomProgram {
  private let stream: RandomStream
  private var drawn = 0
  private let type = TensorType([3, 4], .f32)
  private var functions: [Function] = []

  private let replicas: Int

  init(seed: UInt64, replicas: Int) {
    self.replicas = replicas
    stream = RandomStream(seed: seed, stream: 7, replica: 0, microBatch: 0)
  }

  private mutating func below(_ bound: Int) -> Int {
    drawn += 1
    return Int(stream.word(drawn)) % bound
  }

  mutating func module() -> Module {
    for number in 0..<3 {
      let name = "callee\(number)"
      functions.append(
        function(name, [type, type]) { f, a in
          let values = body(&f, a, count: 5, depth: 1)
          return [pick(values), pick(values)]
        })
    }
    let main = function("main", [type, type, type]) { f, a in
      let values = body(&f, a, count: 12, depth: 0)
      return (0..<4).map { _ in pick(values) } + [values[values.count - 1]]
    }
    var module = Module()
    for function in functions + [main] { module.insert(function) }
    return module
  }

  private mutating func pick(_ values: [ValueID]) -> ValueID {
    // Rather the late ones, so that early ones die.
    values[values.count - 1 - min(below(values.count), below(values.count))]
  }

  private mutating func body(
    _ f: inout Rewriter, _ arguments: [ValueID], count: Int, depth: Int
  ) -> [ValueID] {
    var values = arguments
    for _ in 0..<count {
      switch below(12) {
      case 11:
        let operands = [pick(values), pick(values), f.scalar(0.5, .f32)]
        let count = 1 + below(4)
        let choices = (0..<3).map { _ in below(count) }
        values += f.fuse(operands) { f, a in
          var made: [ValueID] = []
          for _ in 0..<count {
            let sum = f.multiply(f.subtract((made.last ?? a[1]), a[0]), a[2])
            made.append(f.maximum(a[1], f.unary(.negate, sum)))
          }
          // Any value of the chain, one perhaps twice.
          return choices.prefix(1 + choices[0] % 3).map { made[$0] }
        }
      case 9 where f.function.name == "main":
        let replica = f.convert(f.insert(.source(.replicaIndex), [])[0], to: .f32)
        values.append(f.subtract(pick(values), replica))
      case 10 where depth == 0 && f.function.name == "main":
        values += exchanged(&f, [pick(values), pick(values)])
      case 0...2:
        // A maximum with its operand's negation keeps sizes: sums are halved after.
        values.append(f.maximum(pick(values), f.unary(.negate, pick(values))))
      case 3: values.append(f.unary(.negate, pick(values)))
      case 4:
        let flat = f.reshape(pick(values), [12])
        values.append(f.reshape(below(2) == 0 ? flat : f.unary(.negate, flat), [3, 4]))
      case 5:
        let turned = f.transpose(pick(values), [1, 0])
        values.append(f.transpose(turned, [1, 0]))
      case 6 where !functions.isEmpty && f.function.name == "main":
        let callee = functions[below(functions.count)]
        values += f.call(callee, [pick(values), pick(values)])
      case 7 where depth < 2:
        let carried = (0..<3).map { _ in pick(values) }
        let outer = values
        values += f.repeat(count: 1 + below(3), carried) { f, _, c in
          let inner = body(&f, outer + c, count: 4, depth: depth + 1)
          return (0..<3).map { k in below(3) == 0 ? c[(k + 1) % 3] : pick(inner) }
        }
      default:
        let sum = f.subtract(pick(values), pick(values))
        let half = f.scalar(0.5, .f32)
        values.append(f.multiply(sum, half))
      }
    }
    return values
  }

  /// Sums over the replicas, whole or in parts, or what becomes of parts that are put together again.
  private mutating func exchanged(_ f: inout Rewriter, _ values: [ValueID]) -> [ValueID] {
    let gather = Operation.collective(
      .allGather(shapes: values.map { _ in type.shape }, replicas: replicas))
    switch below(3) {
    case 0:
      let sums = f.insert(.collective(.allReduceSum), values)
      return [f.multiply(sums[0], f.scalar(0.5, .f32)), sums[1]]
    case 1:
      let parts = f.insert(.collective(.reduceScatterSum(replicas: replicas)), values)
      return f.insert(gather, [f.multiply(parts[0], f.scalar(0.5, .f32)), parts[1]])
    default:
      let parts = f.insert(.collective(.replicaSlice(replicas: replicas)), values)
      return f.insert(gather, [f.unary(.negate, parts[0]), f.maximum(parts[0], parts[1])])
    }
  }
}
