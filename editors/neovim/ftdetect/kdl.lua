-- Older versions of Neovim do not know KDL.
vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, { pattern = "*.kdl", command = "setfiletype kdl" })
