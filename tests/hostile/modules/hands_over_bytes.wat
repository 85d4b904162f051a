;; Hands the host bytes for a text that are no UTF-8, before anybody has called it.
(import "tollgate:connector/host@0.1.0" (instance $host
  (type $levels (enum "debug" "info" "warn" "error"))
  (export "log-level" (type $level (eq $levels)))
  (export "log" (func (param "level" $level) (param "message" string)))))
(core module $memory
  (memory (export "memory") 1)
  (data (i32.const 0) "a\ff\fe"))
(core instance $bytes (instantiate $memory))
(core func $log (canon lower (func $host "log") (memory $bytes "memory")))
(core module $speaker
  (import "host" "log" (func $log (param i32 i32 i32)))
  (func $start (call $log (i32.const 1) (i32.const 0) (i32.const 3)))
  (start $start))
(core instance (instantiate $speaker (with "host" (instance (export "log" (func $log))))))
(core module $module
  (func (export "call"))
  (func (export "method") (param i32)))
