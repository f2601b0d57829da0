// An addon with one function: leak(megabytes) takes memory that V8 is not told of, and never gives it back.
// The few names of Node-API that it needs are declared here, so that no headers have to be installed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" {
typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
typedef struct napi_callback_info__* napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_get_cb_info(napi_env, napi_callback_info, size_t*, napi_value*, napi_value*, void**);
int napi_get_value_uint32(napi_env, napi_value, uint32_t*);
int napi_create_function(napi_env, const char*, size_t, napi_callback, void*, napi_value*);

static napi_value Leak(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  uint32_t megabytes = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_uint32(env, argument, &megabytes);
  // Blocks below the size for which malloc maps memory of its own: they are parts of its heap, as those of most leaks.
  for (uint32_t i = 0; i < megabytes * 20; i++) std::memset(std::malloc(50'000), 1, 50'000);
  return nullptr;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value) {
  napi_value leak;
  napi_create_function(env, "leak", SIZE_MAX, Leak, nullptr, &leak);
  return leak;
}
}
