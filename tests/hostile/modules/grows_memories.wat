;; Takes memory in small steps, by turns from two memories, each of which stays small for itself.
(core module $module
  (memory $first 1)
  (memory $second 1)
  (func (export "call"))
  (func (export "method") (param i32))
  (func $start
    (loop $again
      (drop (memory.grow $first (i32.const 1)))
      (drop (memory.grow $second (i32.const 1)))
      (br $again)))
  (start $start))
