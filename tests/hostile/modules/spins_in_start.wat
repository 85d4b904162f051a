;; Never comes to its end before anybody has called it.
(core module $module
  (func (export "call"))
  (func (export "method") (param i32))
  (func $start (loop $again (br $again)))
  (start $start))
