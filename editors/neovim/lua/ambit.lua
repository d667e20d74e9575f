-- Asks `plugin-check lsp` about plugin manifests, host profiles and grants. Works from Neovim 0.7.2 on, and needs no other plugin.
local M = {}

-- What is started.
M.command = { "plugin-check", "lsp" }

-- The files that are ours, as patterns of autocommands.
M.patterns = {
  "host.kdl", "index.kdl", "ambit.lock",
  "plugin.kdl", "plugin.yaml", "plugin.yml", "plugin.json",
  "grants.kdl", "grants.yaml", "grants.yml", "grants.json",
  "grants.*.kdl", "grants.*.yaml", "grants.*.yml", "grants.*.json",
}

-- Servers that were started without `vim.lsp.start`, by the folder that they are for.
local started = {}

-- The folder that a text belongs to: the nearest one with a host profile; else the repository; else its own.
function M.root(path)
  local folder = vim.fn.fnamemodify(path, ":p:h")
  local host = vim.fn.findfile("host.kdl", vim.fn.escape(folder, " ,;") .. ";")
  if host ~= "" then
    return vim.fn.fnamemodify(host, ":p:h")
  end
  local git = vim.fn.finddir(".git", vim.fn.escape(folder, " ,;") .. ";")
  if git ~= "" then
    return vim.fn.fnamemodify(git, ":p:h:h")
  end
  return folder
end

-- Asks the server of its folder about a buffer, and starts it where it does not run.
function M.attach(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  if path == "" or vim.bo[buffer].buftype ~= "" then
    return
  end
  if vim.fn.executable(M.command[1]) == 0 then
    vim.notify_once("ambit: there is no `" .. M.command[1] .. "` to start", vim.log.levels.WARN)
    return
  end
  local root = M.root(path)
  local config = {
    name = "plugin-check",
    cmd = M.command,
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  local id = started[root]
  if not id or not vim.lsp.get_client_by_id(id) then
    config.on_exit = function()
      started[root] = nil
    end
    id = vim.lsp.start_client(config)
    started[root] = id
  end
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

-- Makes it happen for every text that is opened. `options.command` is what is started.
function M.setup(options)
  M.command = options and options.command or M.command
  local group = vim.api.nvim_create_augroup("ambit", { clear = true })
  vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile" }, {
    group = group,
    pattern = M.patterns,
    callback = function(event)
      M.attach(event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ":t")
    for _, pattern in ipairs(M.patterns) do
      if vim.api.nvim_buf_is_loaded(buffer) and vim.fn.match(name, vim.fn.glob2regpat(pattern)) >= 0 then
        M.attach(buffer)
        break
      end
    end
  end
end

return M
