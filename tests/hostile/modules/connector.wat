;; What makes a core module a connector from the outside: the build script of tests/artifacts puts
;; each module of this folder in. Only names count, since the host starts a module before it
;; compares the types of its functions.
(component
  ;; MODULE
  (core instance $instance (instantiate $module))
  (type $scan (resource (rep i32)))
  (func $call (canon lift (core func $instance "call")))
  (func $method (param "self" (borrow $scan)) (canon lift (core func $instance "method")))
  (component $outside
    (import "import-scan" (type $scan (sub resource)))
    (import "call" (func $call))
    (import "method" (func $method (param "self" (borrow $scan))))
    (export $exported "scan" (type $scan))
    (export "describe" (func $call))
    (export "check" (func $call))
    (export "discover" (func $call))
    (export "choices" (func $call))
    (export "partitions" (func $call))
    (export "open" (func $call))
    (export "write" (func $call))
    (export "[method]scan.columns" (func $method) (func (param "self" (borrow $exported))))
    (export "[method]scan.next" (func $method) (func (param "self" (borrow $exported)))))
  (instance $connector (instantiate $outside
    (with "import-scan" (type $scan))
    (with "call" (func $call))
    (with "method" (func $method))))
  (export "tollgate:connector/connector@0.1.0" (instance $connector)))
