// SPDX-License-Identifier: Apache-2.0

import GatepostCommands

await GatepostProgram.main()
