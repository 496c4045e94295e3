// The Python module backstop._reader: one function, which gives the JSON of a mail. backstop/__init__.py
// makes a dict of it. Compiled for the limited API (PEP 384), so that one file serves Python 3.11 and all
// later ones.
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <backstop/reader.h>

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace {

/// Bytes of an object that were lent to us.
class Lent {
 public:
  Lent() = default;
  ~Lent() { PyBuffer_Release(&view); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  std::string_view bytes() const {
    return {static_cast<const char*>(view.buf), static_cast<std::size_t>(view.len)};
  }

  Py_buffer view{};
};

struct Outcome {
  std::string json;
  std::optional<std::string> not_a_mail;
  std::optional<std::string> failure;
};

// Runs without the interpreter's lock.
Outcome outcome_of(std::string_view mail, const backstop::ReadOptions& options) noexcept {
  Outcome outcome;
  try {
    outcome.json = backstop::read(mail, options);
  } catch (const backstop::NotAMail& refused) {
    outcome.not_a_mail = refused.what();
  } catch (const std::exception& failure) {
    outcome.failure = failure.what();
  }
  return outcome;
}

PyObject* result_of(const Outcome& outcome) {
  if (outcome.not_a_mail) {
    PyErr_SetString(PyExc_ValueError, outcome.not_a_mail->c_str());
    return nullptr;
  }
  if (outcome.failure) {
    PyErr_SetString(PyExc_RuntimeError, outcome.failure->c_str());
    return nullptr;
  }
  return PyUnicode_FromStringAndSize(outcome.json.data(), static_cast<Py_ssize_t>(outcome.json.size()));
}

PyObject* read_json(PyObject* /*module*/, PyObject* arguments) {
  Lent mail;
  const char* mail_from = nullptr;
  const char* rcpt = "";
  const char* name = "-";
  if (PyArg_ParseTuple(arguments, "y*|zss:read_json", &mail.view, &mail_from, &rcpt, &name) == 0)
    return nullptr;
  backstop::ReadOptions options;
  if (mail_from != nullptr) options.mail_from = mail_from;
  options.rcpt = rcpt;
  options.name = name;
  PyThreadState* const state = PyEval_SaveThread();
  const Outcome outcome = outcome_of(mail.bytes(), options);
  PyEval_RestoreThread(state);
  return result_of(outcome);
}

std::array<PyMethodDef, 2> methods{{
    {"read_json", read_json, METH_VARARGS,
     "read_json(mail, mail_from=None, rcpt='', name='-', /)\n--\n\nReturns what `backstop classify --json` "
     "says of the mail."},
    {nullptr, nullptr, 0, nullptr},
}};

std::array<PyModuleDef_Slot, 1> slots{{{0, nullptr}}};

PyModuleDef definition{PyModuleDef_HEAD_INIT, "_reader", nullptr, 0,      methods.data(),
                       slots.data(),          nullptr,   nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__reader() {
  return PyModuleDef_Init(&definition);
}
