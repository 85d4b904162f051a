;; Takes table elements without end, by turns from two tables.
(core module $module
  (table $first 1 funcref)
  (table $second 1 funcref)
  (func (export "call"))
  (func (export "method") (param i32))
  (func $start
    (loop $again
      (drop (table.grow $first (ref.null func) (i32.const 1000)))
      (drop (table.grow $second (ref.null func) (i32.const 1000)))
      (br $again)))
  (start $start))
