#include <stddef.h>

/// Bytes in use on the heap; 0 where the system does not tell.
size_t heap_bytes(void);
